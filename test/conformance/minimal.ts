/** A small valid instance of every resource type, made from the definitions: what is mandatory, and a few decimals. */
import type { Definitions, Element } from '../../src/definitions/definitions.js';
import type { Json, JsonObject, Resource } from '../../src/fhir/resource.js';

/** A value of each primitive type. */
const primitives: Readonly<Record<string, Json>> = {
  boolean: true,
  integer: 7,
  unsignedInt: 7,
  positiveInt: 7,
  decimal: 1.5,
  string: 'a text',
  markdown: 'a *text*',
  code: 'a-code',
  id: 'an-id',
  uri: 'urn:example:uri',
  url: 'https://example.org/url',
  canonical: 'https://example.org/canonical',
  oid: 'urn:oid:1.2.3',
  uuid: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
  date: '2020-02-03',
  dateTime: '2020-02-03T04:05:06+01:00',
  instant: '2020-02-03T04:05:06.789Z',
  time: '04:05:06',
  base64Binary: 'aGVsbG8=',
  xhtml: '<div xmlns="http://www.w3.org/1999/xhtml">a text</div>',
  'http://hl7.org/fhirpath/System.String': 'a text',
};

/** What the invariants of a type ask for beyond its mandatory elements. */
const additions: Readonly<Record<string, JsonObject>> = {
  AllergyIntolerance: { clinicalStatus: coded('allergyintolerance-clinical', 'active') },
  Appointment: { participant: [{ status: 'accepted', actor: { reference: 'Patient/example' } }] },
  AppointmentResponse: { actor: { reference: 'Patient/example' } },
  Bundle: { type: 'collection' },
  CapabilityStatement: { kind: 'requirements', description: 'An example', rest: [{ mode: 'client' }] },
  Consent: { policyRule: { text: 'an example' } },
  EventDefinition: { trigger: [{ type: 'named-event', name: 'an example' }] },
  ImmunizationRecommendation: {
    recommendation: [{ forecastStatus: { text: 'due' }, vaccineCode: [{ text: 'an example' }] }],
  },
  InsurancePlan: { name: 'An example' },
  Linkage: {
    item: [
      { type: 'source', resource: { reference: 'Patient/example' } },
      { type: 'alternate', resource: { reference: 'Patient/other' } },
    ],
  },
  MolecularSequence: { coordinateSystem: 1 },
  Organization: { name: 'An example' },
  StructureDefinition: {
    type: 'Patient',
    kind: 'resource',
    differential: { element: [{ id: 'Patient', path: 'Patient' }] },
  },
  TerminologyCapabilities: { kind: 'instance', implementation: { description: 'An example' } },
};

function coded(system: string, code: string): JsonObject {
  return { coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }] };
}

/** A minimal instance of the type, without id. */
export function minimalOf(type: string, definitions: Definitions): Resource {
  return { resourceType: type, ...objectOf(definitions.elements(type), definitions, 0), ...additions[type] };
}

function objectOf(elements: readonly Element[], definitions: Definitions, depth: number): JsonObject {
  if (depth > 6) throw new Error('mandatory elements without end');
  const object: JsonObject = {};
  for (const element of elements.filter(({ min }) => min > 0)) {
    const [type] = element.types;
    const code = type?.code ?? '';
    const name = element.choice ? element.name + code.charAt(0).toUpperCase() + code.slice(1) : element.name;
    const value = valueOf(element, code, definitions, depth);
    object[name] = element.max === '*' || element.max > 1 ? [value] : value;
  }
  return object;
}

/** A code of each system that value sets hold without listing its codes. */
const samples: Readonly<Record<string, string>> = {
  'urn:ietf:bcp:13': 'text/plain',
  'urn:ietf:bcp:47': 'en',
  'urn:iso:std:iso:4217': 'EUR',
  'http://unitsofmeasure.org': 'mg',
};

/** A code that an element must have one of, as `system|code`; undefined if it may have any. */
function boundCode({ binding }: Element, definitions: Definitions): string | undefined {
  const valueSet = binding?.strength === 'required' ? binding.valueSet : binding?.within?.[0];
  const expansion = valueSet === undefined ? undefined : definitions.expansion(valueSet);
  const open = [...(expansion?.open ?? [])].flatMap(system => (samples[system] ? `${system}|${samples[system]}` : []));
  return [...(expansion?.codes ?? []), ...open][0];
}

/** A small value that the element may have, of this type of it. */
export function valueOf(element: Element, code: string, definitions: Definitions, depth = 0): Json {
  const [system, known] = splitCode(boundCode(element, definitions));
  if (code === 'code' && known !== undefined) return known;
  if (code === 'Coding' || code === 'CodeableConcept') {
    const coding: JsonObject = known === undefined ? { system: 'urn:example', code: 'x' } : { system, code: known };
    return code === 'Coding' ? coding : { coding: [coding] };
  }
  if (code === 'Reference') return referenceTo(element, definitions);
  if (code === 'Resource') return { resourceType: 'Basic', code: { text: 'an example' } };
  const primitive = primitives[code];
  if (primitive !== undefined) return primitive;
  const children = element.types.length > 1 ? definitions.elements(code) : definitions.childrenOf(element);
  const object = objectOf(children, definitions, depth + 1);
  return Object.keys(object).length > 0 ? object : someOf(children, definitions, depth);
}

/** Nothing is mandatory in it, but it may not be empty: its first element of a simple type, or else its first one. */
function someOf(children: readonly Element[], definitions: Definitions, depth: number): JsonObject {
  const own = children.filter(({ name }) => !['id', 'extension', 'modifierExtension'].includes(name));
  const some =
    own.find(({ types, choice }) => !choice && (types[0]?.code ?? '') in primitives) ??
    own.find(({ contentReference }) => !contentReference) ??
    own[0]!;
  const code = some.types[0]?.code ?? '';
  const name = some.choice ? some.name + code.charAt(0).toUpperCase() + code.slice(1) : some.name;
  const value = valueOf(some, code, definitions, depth);
  return { [name]: some.max === '*' ? [value] : value };
}

function referenceTo({ types }: Element, definitions: Definitions): JsonObject {
  const target =
    types
      .find(({ code }) => code === 'Reference')
      ?.targets?.[0]?.split('/')
      .at(-1) ?? 'Patient';
  return { reference: `${definitions.isResourceType(target) ? target : 'Patient'}/example` };
}

function splitCode(text: string | undefined): [string, string | undefined] {
  if (text === undefined) return ['', undefined];
  const at = text.lastIndexOf('|');
  return [text.slice(0, at), text.slice(at + 1)];
}
