/** How much one search may ask for, and the faults of parsing. https://hl7.org/fhir/R4/search.html#errors */
import { Fault } from '../fhir/fault.js';

/** Parameters in one search. */
export const MAX_PARAMETERS = 60;
/** Values joined by commas in one parameter, or codes a value set expands to. */
export const MAX_VALUES = 500;
/** Of the conditions on one type, in the measure of weight.ts: a thousand intervals or texts, five thousand codes. */
export const MAX_WEIGHT = 1000;
/** Steps of a chain, `_has` included. */
export const MAX_CHAIN = 5;
/** Chain steps of a whole search, one for each target type tried. */
export const MAX_JOINS = 60;
/** Keys of one sort. */
export const MAX_SORT_KEYS = 10;
/** `_include` and `_revinclude` in one search. */
export const MAX_INCLUDES = 10;
/** Characters that the middle or end of a text may be looked for by, some of them two: databases bound their patterns. */
const MAX_PATTERN = 980;
/** Parentheses and negations of a `_filter` inside one another. */
export const MAX_FILTER_DEPTH = 10;

/** Index entries of one resource: whoever writes after it waits while they are stored. */
export const MAX_ENTRIES = 50_000;
/** Those of a terminology, of which there are few: a body of the largest size holds some 60,000 concepts. */
export const MAX_TERMINOLOGY_ENTRIES = 250_000;

/** Contained resources of one resource: each is a row of its own. */
export const MAX_CONTAINED = 1000;

/** A parameter name as it may be repeated in a message. */
const shown = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name);

function invalid(name: string, why: string, code: string): ConstructorParameters<typeof Fault> {
  return ['invalid', `Search parameter '${shown(name)}': ${why}`, { code, expression: `http.${shown(name)}` }];
}

class NotUnderstood extends Fault {}

/** Something about a parameter that is not understood: left out with a warning where the client asked for that. */
export const notUnderstood = (name: string, why: string): Fault =>
  new NotUnderstood(...invalid(name, why, 'not-supported'));

/** What a server must refuse however lenient: modifiers it does not support, named queries it does not know. */
export const unsupported = (name: string, why: string): Fault => new Fault(...invalid(name, why, 'not-supported'));

/** A value that can never be right. */
export const badValue = (name: string, why: string): Fault => new Fault(...invalid(name, why, 'value'));

/** An id that resources of several types have. */
export const ambiguous = (name: string, types: readonly string[]): Fault =>
  new Fault(
    ...invalid(name, `resources of several types have this id (${types.join(', ')}); name one.`, 'multiple-matches'),
  );

export function tooCostly(why: string): Fault {
  return new Fault('too-costly', why);
}

/** Faults `too-costly` where this part of a text is too long to look for. */
export function checkPart(text: string): void {
  if (text.replace(/[\\^$.|?*+()[\]{}]/g, '  ').length > MAX_PATTERN)
    throw tooCostly(`Parts of texts are looked for by ${MAX_PATTERN} characters at most.`);
}

/** The resource could be found by more values than anybody searches for. */
export const tooManyValues = (most = MAX_ENTRIES): Fault =>
  tooCostly(`The resource has more than ${most} values to search for.`);

/** Criteria that other writers would wait for. */
export const criteriaTooCostly = (): Fault =>
  tooCostly('The criteria match, or pass over, too many resources to be checked again while others wait; narrow them.');

/** Whether this fault may become a warning (`Prefer: handling=lenient`). */
export const isNotUnderstood = (error: unknown): error is Fault => error instanceof NotUnderstood;
