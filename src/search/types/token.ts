/**
 * Token search. Codes, identifiers and booleans are compared exactly, case included: FHIR's own code systems, SNOMED CT,
 * LOINC and UCUM are case-sensitive. Contact points are also found without regard to case and punctuation, elements of type
 * string without regard to case.
 * https://hl7.org/fhir/R4/search.html#token
 */
import { emailForm } from '../../fhir/email-address.js';
import { isObject, type Json, type JsonObject } from '../../fhir/resource.js';
import { splitEscaped, unescape } from '../escape.js';
import { anyForm, belowForm, ofTypeForm, systemForm, TEXT } from '../keys.js';
import { badValue, MAX_VALUES, tooCostly, unsupported } from '../limits.js';
import { normalize } from './string.js';
import {
  itemsOf,
  textOf,
  type Coding,
  type ExtractContext,
  type Facts,
  type Ports,
  type Sink,
  type Term,
  type TermContext,
  type ValueType,
} from './type.js';

/** ContactPoint.system: what tells a ContactPoint from an Identifier, whose system is a URI. */
const contactSystems = new Set(['phone', 'fax', 'email', 'pager', 'url', 'sms', 'other']);

function addCode(system: string, code: string, sink: Sink): void {
  sink.posting(anyForm(code));
  sink.posting(systemForm(system, code));
  if (system !== '') sink.posting(systemForm(system, ''));
}

function addText(text: Json | undefined, sink: Sink): void {
  if (typeof text === 'string') sink.text(TEXT, normalize(text));
}

function extractCoding({ system, code, display }: JsonObject, sink: Sink): void {
  if (typeof code === 'string') addCode(textOf(system) ?? '', code, sink);
  else if (typeof system === 'string') sink.posting(systemForm(system, ''));
  addText(display, sink);
}

function extractConcept({ coding, text }: JsonObject, sink: Sink): void {
  for (const one of itemsOf(coding)) if (isObject(one)) extractCoding(one, sink);
  addText(text, sink);
}

/** Also for Reference.identifier. */
export function extractIdentifier({ system, value, type }: JsonObject, sink: Sink): void {
  if (typeof value === 'string') addCode(textOf(system) ?? '', value, sink);
  else if (typeof system === 'string') sink.posting(systemForm(system, ''));
  if (!isObject(type)) return;
  addText(type['text'], sink);
  for (const one of itemsOf(type['coding'])) {
    const { system, code } = isObject(one) ? one : {};
    if (typeof code === 'string' && typeof value === 'string')
      sink.posting(ofTypeForm(textOf(system) ?? '', code, value));
  }
}

/** A contact point as it is compared: an address in lower case, a number by its digits and in international form. */
function contactForms(value: string, { phoneNumber }: Pick<Ports, 'phoneNumber'>): string[] {
  if (value.includes('@')) return [value, emailForm(value) ?? value.toLowerCase()];
  const folded = /^[+\d\s().\-/]+$/.test(value) ? value.replace(/[^+\d]/g, '') : value.toLowerCase();
  return [...new Set([value, folded, phoneNumber(value) ?? folded])];
}

/** The forms of a value that it is indexed and searched by. */
function formsOf(
  value: string,
  { contact, caseless }: Pick<Facts, 'contact' | 'caseless'>,
  ports: Ports,
): Iterable<string> {
  if (contact) return new Set(contactForms(value, ports));
  return caseless ? new Set([value, value.toLowerCase()]) : [value];
}

function extractContact({ value, use }: JsonObject, sink: Sink, ports: Ports): void {
  if (typeof value !== 'string') return;
  for (const form of new Set(contactForms(value, ports))) {
    addCode('', form, sink);
    if (typeof use === 'string') sink.posting(systemForm(use, form));
  }
}

function extract(value: Json, sink: Sink, { facts, ports }: ExtractContext): void {
  if (isObject(value)) {
    if (contactSystems.has(textOf(value['system']) ?? '')) extractContact(value, sink, ports);
    else if (value['coding'] !== undefined) extractConcept(value, sink);
    else if (value['value'] !== undefined || value['type'] !== undefined) extractIdentifier(value, sink);
    else if (value['code'] !== undefined || value['system'] !== undefined) extractCoding(value, sink);
    else addText(value['text'], sink);
  } else if (value !== null) {
    for (const form of formsOf(String(value), facts, ports)) addCode('', form, sink);
    const [base, parameters] = String(value).split(/ *;/, 2);
    if (parameters !== undefined && MIME.test(base!)) sink.posting(belowForm(base!));
    if (facts.implicitSystem !== undefined) addCode(facts.implicitSystem, String(value), sink);
  }
}

/** https://hl7.org/fhir/R4/search.html#mimetype */
const MIME = /^[\w.+-]+\/[\w.+-]+$/;

const posting = (suffix: string): Term => ({ kind: 'posting', suffix });

function codingOf(name: string, value: string): { system?: string; code: string } {
  const parts = splitEscaped(value, '|').map(unescape);
  const [first = '', second] = parts;
  if (parts.length > 2) throw badValue(name, "a token has the form 'code', 'system|code', '|code' or 'system|'.");
  if (first === '' && (second ?? '') === '') throw badValue(name, 'the token is empty.');
  return second === undefined ? { code: first } : { system: first, code: second };
}

/** Terms of a token without modifier; also for `:identifier` of references. */
export function plainTerms(
  name: string,
  value: string,
  facts: Pick<Facts, 'contact' | 'caseless'>,
  ports: Ports,
): Term[] {
  const { system, code } = codingOf(name, value);
  return [...formsOf(code, facts, ports)].map(form =>
    posting(system === undefined ? anyForm(form) : systemForm(system, form)),
  );
}

function ofTypeTerms(name: string, value: string): Term[] {
  const [system, code, identifier, ...rest] = splitEscaped(value, '|').map(unescape);
  if (!code || !identifier || rest.length > 0) throw badValue(name, "the value must be 'type-system|type-code|value'.");
  return [posting(ofTypeForm(system ?? '', code, identifier))];
}

function concepts(codings: readonly Coding[]): Term[] {
  if (codings.length > MAX_VALUES) throw tooCostly(`A value set in a search may hold ${MAX_VALUES} codes at most.`);
  return codings.map(({ system, code }) => posting(systemForm(system, code)));
}

function terminologyTerms(value: string, modifier: string, { name, ports }: TermContext): Term[] {
  const { terminology } = ports;
  if (!terminology) throw unsupported(name, `the modifier ':${modifier}' is not supported.`);
  if (modifier === 'in' || modifier === 'not-in') {
    const codings = terminology.expand(unescape(value));
    if (!codings) throw badValue(name, 'the value set is not known here, or cannot be expanded.');
    return concepts(codings);
  }
  const { system, code } = codingOf(name, value);
  if (!system || code === '') throw badValue(name, "the value must be 'system|code'.");
  const codings = terminology.subsumed({ system, code }, modifier === 'above' ? 'above' : 'below');
  if (!codings) throw badValue(name, 'the hierarchy of this code system is not known here.');
  return concepts(codings);
}

function terms(value: string, modifier: string | undefined, context: TermContext): Term[] {
  const { name, facts, ports } = context;
  switch (modifier) {
    case undefined:
    case 'not':
      return plainTerms(name, value, facts, ports);
    case 'of-type':
      return ofTypeTerms(name, value);
    case 'text': {
      const text = normalize(unescape(value));
      if (text === '') throw badValue(name, 'there is nothing to search for in this value.');
      return [{ kind: 'text', suffix: TEXT, match: 'prefix', value: text }];
    }
    default:
      if (modifier === 'below' && MIME.test(value)) return [anyForm(value), belowForm(value)].map(posting);
      return terminologyTerms(value, modifier, context);
  }
}

export const token: ValueType = {
  modifiers: ['not', 'text', 'of-type', 'in', 'not-in', 'above', 'below'],
  dataTypes: [
    'code',
    'boolean',
    'string',
    'id',
    'uri',
    'Coding',
    'CodeableConcept',
    'Identifier',
    'ContactPoint',
    'integer',
  ],
  extract,
  terms,
};
