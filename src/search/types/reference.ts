/** Reference search: literal references, canonical ones and logical identifiers. https://hl7.org/fhir/R4/search.html#reference */
import { ID, localReference } from '../../fhir/reference.js';
import { splitCanonical } from '../../fhir/canonical.js';
import { isObject, type Json } from '../../fhir/resource.js';
import { unescape } from '../escape.js';
import { anyForm, belowForm, IDENTIFIER, linkKey, referenceForm } from '../keys.js';
import { badValue } from '../limits.js';
import { extractIdentifier, plainTerms } from './token.js';
import type { ExtractContext, Facts, Sink, Term, TermContext, ValueType } from './type.js';

/** Above this many target types, references are indexed by bare id too, instead of trying each type. */
const FEW_TYPES = 6;

/** Whole URLs: anything with a scheme that can occur in a reference. */
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s#\p{Cc}]+$/u;

const byBareId = ({ targets }: Facts): boolean => targets.length === 0 || targets.length > FEW_TYPES;

function extractLiteral(reference: string, sink: Sink, { facts, localBases, contained }: ExtractContext): void {
  if (reference.startsWith('#')) {
    const name = contained?.get(reference);
    if (name !== undefined) sink.posting(linkKey('') + name);
    return;
  }
  if (reference === '') return;
  const local = localReference(reference, localBases);
  if (local) {
    const { type, id, versionId } = local;
    sink.posting(referenceForm(`${type}/${id}`));
    if (versionId !== undefined) sink.posting(referenceForm(`${type}/${id}/_history/${versionId}`));
    if (byBareId(facts)) sink.posting(anyForm(id));
    return;
  }
  sink.posting(referenceForm(reference));
}

/** A canonical reference by its url, with and without its version, and by what the version begins with. */
function extractCanonical(canonical: string, sink: Sink): void {
  const { url, version } = splitCanonical(canonical);
  sink.posting(referenceForm(url));
  sink.posting(referenceForm(`${url}|${version}`));
  for (const { index } of version.matchAll(/\./g)) sink.posting(belowForm(`${url}|${version.slice(0, index)}`));
}

/** An identifier's entries, under the suffix of logical references. */
const logical = (sink: Sink): Sink => ({
  posting: suffix => sink.posting(IDENTIFIER + suffix),
  range: () => undefined,
  text: () => undefined,
});

function extract(value: Json, sink: Sink, context: ExtractContext): void {
  if (typeof value === 'string') {
    const canonical = ABSOLUTE.test(value) && !localReference(value, context.localBases);
    return canonical ? extractCanonical(value, sink) : extractLiteral(value, sink, context);
  }
  if (!isObject(value)) return;
  const { reference, identifier, resourceType, id } = value;
  if (typeof reference === 'string') extractLiteral(reference, sink, context);
  if (isObject(identifier)) extractIdentifier(identifier, logical(sink));
  if (typeof resourceType === 'string' && typeof id === 'string')
    extractLiteral(`${resourceType}/${id}`, sink, context);
}

const postings = (references: readonly string[]): Term[] =>
  references.map(reference => ({ kind: 'posting', suffix: referenceForm(reference) }));

function typedTerms(value: string, type: string, { name, localBases }: TermContext): Term[] {
  const local = localReference(value, localBases);
  if (ID.test(value)) return postings([`${type}/${value}`]);
  if (local?.type === type) return postings([`${type}/${local.id}`]);
  throw badValue(name, `the value must be the id of a ${type}.`);
}

/** Of canonical references: any version, or those that begin so. */
function belowTerms(value: string, name: string): Term[] {
  if (!ABSOLUTE.test(value)) throw badValue(name, "':below' needs a canonical URL.");
  if (splitCanonical(value).version === '') return postings([splitCanonical(value).url]);
  return [...postings([value]), { kind: 'posting', suffix: belowForm(value) }];
}

function terms(escaped: string, modifier: string | undefined, context: TermContext): Term[] {
  const { name, facts, localBases, ports } = context;
  if (modifier === 'identifier') {
    return plainTerms(name, escaped, { contact: false, caseless: false }, ports).map(term => ({
      ...term,
      suffix: IDENTIFIER + term.suffix,
    }));
  }
  const value = unescape(escaped);
  if (modifier === 'below') return belowTerms(value, name);
  if (modifier !== undefined && modifier !== 'not') return typedTerms(value, modifier, context);
  if (ID.test(value)) {
    if (byBareId(facts)) return [{ kind: 'posting', suffix: anyForm(value) }];
    return postings(facts.targets.map(type => `${type}/${value}`));
  }
  const local = localReference(value, localBases);
  if (local) {
    const { type, id, versionId } = local;
    return postings([versionId === undefined ? `${type}/${id}` : `${type}/${id}/_history/${versionId}`]);
  }
  if (ABSOLUTE.test(value)) return postings([value]);
  throw badValue(name, "a reference has the form 'id', 'Type/id' or a URL.");
}

export const reference: ValueType = {
  modifiers: ['not', 'identifier', 'below'],
  dataTypes: ['Reference', 'canonical', 'uri', 'url', 'oid', 'uuid'],
  extract,
  terms,
};
