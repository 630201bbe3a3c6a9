/**
 * What the rest of the program may ask of the FHIR definitions: HL7's own, the portal's profiles and configured packages.
 * Everything is read when it is first asked for. https://hl7.org/fhir/R4/conformance-module.html
 */
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { JsonObject, Resource } from '../fhir/resource.js';

export interface ElementType {
  /** A type name: `string`, `Reference`, `BackboneElement`, `Resource` … */
  code: string;
  /** Canonical URLs that a Reference (or canonical) may point to; absent = anything. */
  targets?: string[];
  /** Canonical URLs of which the value must meet one. */
  profiles?: string[];
}

export interface Binding {
  strength: 'required' | 'extensible' | 'preferred' | 'example';
  /** Canonical URL, maybe with `|version`. */
  valueSet: string;
  /** Value sets that a code must be from as well, whatever the strength: the maximum one, and those that are added. */
  within?: string[];
}

export interface Constraint {
  key: string;
  severity: 'error' | 'warning';
  human: string;
  /** FHIRPath. */
  expression: string;
  /** Of a definition that somebody posted: evaluated only where its cost is sure to be bounded. */
  posted?: true;
}

/** One element of a type, in the order of the specification. */
export interface Element {
  /** Name without `[x]`: of `Observation.value[x]` it is `value`. */
  name: string;
  /** `Patient.contact.name`. */
  path: string;
  min: number;
  max: number | '*';
  /** Empty where contentReference is set. */
  types: ElementType[];
  /** `value[x]`: in JSON the name carries the type, `valueQuantity`. */
  choice?: true;
  summary?: true;
  modifier?: true;
  /** In XML: an attribute (`Extension.url`), or the XHTML element itself (`Narrative.div`). */
  xml?: 'attribute' | 'xhtml';
  /** Path of the element whose children are this one's too: `Questionnaire.item`. */
  contentReference?: string;
  binding?: Binding;
  constraints?: Constraint[];
  /** Elements defined in place (BackboneElement, and Element with parts). */
  children?: Element[];
}

/** A base type (no profile). */
export interface TypeDefinition {
  name: string;
  kind: 'resource' | 'complex' | 'primitive';
  abstract: boolean;
  /** The type it is derived from: `DomainResource`; absent for Resource and Element. */
  base?: string;
  constraints: Constraint[];
  /** All elements, inherited ones included; `resourceType` is not among them. */
  children: Element[];
}

/** A profile and the resource type it is on. */
export interface ProfileEntry {
  type: string;
  /** Its canonical URL. */
  url: string;
}

export interface Definitions {
  /** The canonical URLs of the portal's own. */
  readonly own: OwnCanonicals;
  /** The 146 concrete resource types, sorted. */
  readonly resourceTypes: readonly string[];
  isResourceType(name: string): boolean;
  /** A base type by name; undefined if there is none. */
  type(name: string): TypeDefinition | undefined;
  /** The elements of a base type; [] if there is no such type. */
  elements(type: string): readonly Element[];
  /**
   * Elements below a path such as `Patient.contact`: of its own, of its contentReference, or of its (single) type.
   * [] if there is no such path or it is a primitive.
   */
  childrenOf(element: Element): readonly Element[];
  /** Every SearchParameter: HL7's first, then packages'. Slim: url, code, base, type, expression, target, multipleOr,
   *  multipleAnd, comparator, modifier, chain, component; HL7's texts only by `resolve(url)`. */
  searchParameters(): readonly JsonObject[];
  /** The packages' profiles on resource types. */
  readonly profiles: readonly ProfileEntry[];
  /** A StructureDefinition; with its snapshot, but where its base is not known. */
  structure(canonical: string): Resource | undefined;
  operation(canonical: string): Resource | undefined;
  valueSet(canonical: string): Resource | undefined;
  codeSystem(canonical: string): Resource | undefined;
  /** A CompartmentDefinition by its code: `Patient`. */
  compartment(code: string): Resource | undefined;
  /**
   * The definition with this canonical URL, of any type, whole; a `|version` is not looked at. The object is shared: do not
   * change it. undefined if unknown.
   */
  resolve(canonical: string): Resource | undefined;
  /** The canonical URLs of all definitions of a type (`ValueSet`), sorted. */
  canonicals(type: string): readonly string[];
  /** What a value set holds, as far as the known code systems tell; undefined if the value set is unknown. */
  expansion(valueSet: string): Expansion | undefined;
  /** The codes of a value set that can be expanded whole, each as `system|code`; undefined if it cannot. */
  codes(valueSet: string): ReadonlySet<string> | undefined;
  /** All codes of a code system; undefined if it is not known completely. */
  systemCodes(system: string): ReadonlySet<string> | undefined;
}

export interface Expansion {
  /** Each as `system|code`. */
  readonly codes: ReadonlySet<string>;
  /** The same codes, without their systems. */
  readonly plain: ReadonlySet<string>;
  /** Systems (`*` = any) of which it also holds codes that we cannot list, such as SNOMED CT or BCP 13. */
  readonly open: ReadonlySet<string>;
}
