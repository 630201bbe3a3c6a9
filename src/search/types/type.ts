/** What a search type is: how its values are indexed, and how what is searched for becomes conditions on the index. */
import type { PhoneForm } from '../../fhir/phone-number.js';
import type { Json } from '../../fhir/resource.js';
import type { Filter, RangeTest, TextMatch } from '../query.js';
import type { CanonicalUnit } from './ucum.js';

/** Both ends included. */
export interface Interval {
  lo: number;
  hi: number;
}

/** Takes index entries; suffixes are those of keys.ts. */
export interface Sink {
  posting(suffix: string): void;
  /** `second`: the other interval of a composite of two ordered values. */
  range(suffix: string, lo: number, hi: number, second?: Interval): void;
  text(suffix: string, value: string): void;
}

/** One condition on the index entries of a parameter. */
export type Term =
  | { kind: 'posting'; suffix: string }
  | { kind: 'range'; suffix: string; test: RangeTest; second?: RangeTest }
  | { kind: 'text'; suffix: string; match: TextMatch; value: string };

export interface Coding {
  system: string;
  code: string;
}

/** What token modifiers ask of terminology. Undefined: unknown here. */
export interface Terminology {
  /** The codes of a value set (`:in`, `:not-in`), by canonical URL. */
  expand(valueSet: string): readonly Coding[] | undefined;
  /** A concept with everything above (`:above`) or below it (`:below`). */
  subsumed(coding: Coding, direction: 'above' | 'below'): readonly Coding[] | undefined;
}

/** What the search types need of the world. */
export interface Ports {
  canonicalUnit: CanonicalUnit;
  terminology?: Terminology;
  /** Telephone numbers are also found in this form. */
  phoneNumber: PhoneForm;
  /** The data types of the element at a path (`Patient.name`); [] if there is none. */
  dataTypes?: (path: string) => readonly string[];
}

/** What a type must know about the parameter it serves. */
export interface Facts {
  /** Types a reference may lead to; [] = any. */
  targets: readonly string[];
  /** The code system of elements of type `code`, where it is one. */
  implicitSystem?: string;
  /** Values are ContactPoints. */
  contact: boolean;
  /** Values are of the data type string, whose tokens are compared without regard to case. */
  caseless: boolean;
  /** Values are names of persons, or family names. */
  personName: boolean;
}

export interface ExtractContext {
  facts: Facts;
  ports: Ports;
  /** Own base URLs: absolute references below them are indexed as relative ones. */
  localBases: readonly string[];
  /** The values of the resource's elements of type instant, which are points in time however they are written. */
  instants?: ReadonlySet<string>;
  /** Contained resources by what references to them say: `#m1` is `#Medication/MedicationRequest/23#m1`. */
  contained?: ReadonlyMap<string, string>;
}

export interface TermContext extends ExtractContext {
  /** As the caller wrote it; for messages. */
  name: string;
  /** Milliseconds since the epoch, for approximate dates. */
  now: number;
}

export interface ValueType {
  /** Besides `:missing`, which all have. For references a target type is a modifier too. */
  modifiers: readonly string[];
  /** Data types indexed where an element is a choice: `value[x]`. */
  dataTypes: readonly string[];
  /** Indexes one value; values of a kind the type has no use for are passed over. */
  extract(value: Json, sink: Sink, context: ExtractContext): void;
  /**
   * The conditions of which one must hold, for one value (escapes kept) and modifier. `:not` and `:not-in` are turned
   * around by the caller. Faults: `invalid`.
   */
  terms(value: string, modifier: string | undefined, context: TermContext): Term[];
}

/** The condition on a parameter's entries as a filter. */
export function filterOf(base: string, term: Term): Filter {
  const key = base + term.suffix;
  switch (term.kind) {
    case 'posting':
      return { kind: 'posting', key };
    case 'range':
      return { kind: 'range', key, test: term.test, ...(term.second && { second: term.second }) };
    case 'text':
      return { kind: 'text', key, match: term.match, value: term.value };
  }
}

/** The value if it is a string. */
export const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/** The items of an element that may repeat, without nulls. */
export function itemsOf(value: Json | undefined): Json[] {
  if (Array.isArray(value)) return value.filter(item => item !== null);
  return value === undefined || value === null ? [] : [value];
}
