/** Codes against value sets and code systems. https://hl7.org/fhir/R4/terminologies.html */
import type { Binding, Expansion } from '../definitions/definitions.js';
import { withoutVersion } from '../fhir/canonical.js';
import type { Json, JsonObject } from '../fhir/resource.js';
import { grammarOf } from './grammar.js';
import type { Path } from './report.js';
import { list, text, type CheckContext } from './check-context.js';

/** Checks a coded value of this type against a binding: required → error, extensible → warning. */
export function checkBinding(value: Json, type: string, binding: Binding, scope: CheckContext, at: Path): void {
  const { strength, valueSet, within = [] } = binding;
  for (const outer of within) if (isCoded(value, type)) checkMember(value, type, outer, true, scope, at);
  if (strength === 'required') checkMember(value, type, valueSet, true, scope, at);
  else if (strength === 'extensible') checkMember(value, type, valueSet, false, scope, at);
}

/** HL7 adds to its list of work groups between publications, and names the new ones in definitions for R4. */
const growing = new Set(['http://hl7.org/fhir/ValueSet/hl7-work-group']);

function checkMember(value: Json, type: string, valueSet: string, must: boolean, scope: CheckContext, at: Path): void {
  const expansion = scope.definitions.expansion(valueSet);
  if (expansion ? isMember(value, type, expansion) : isMember(value, type, unknown)) {
    if (must && !expansion) {
      scope.report.warn('not-found', at, `The value set ${valueSet} is not known here: the code was not checked.`);
    }
    return;
  }
  if (must && !growing.has(withoutVersion(valueSet)))
    scope.report.breach('code-invalid', at, `The code must be from the value set ${valueSet}.`);
  else scope.report.warn('code-invalid', at, `The code should be from the value set ${valueSet}.`);
}

/** A value set that is not known may have every code, but none without its system. */
const unknown: Expansion = { codes: new Set(), open: new Set(['*']), plain: new Set() };

/** Whether there is a code; a CodeableConcept may be a mere text. */
const isCoded = (value: Json, type: string): boolean =>
  type === 'CodeableConcept' ? list(value as JsonObject, 'coding').some(coding => 'code' in coding) : true;

/** Whether a coded value is in the value set, or might be in a part of it that is not known here. */
export function isMember(value: Json, type: string, expansion: Expansion): boolean {
  if (type === 'CodeableConcept')
    return list(value as JsonObject, 'coding').some(coding => hasCoding(coding, expansion));
  if (type === 'Coding') return hasCoding(value as JsonObject, expansion);
  if (type === 'Quantity')
    return text(value as JsonObject, 'code') === undefined || hasCoding(value as JsonObject, expansion);
  if (type !== 'code' && type !== 'string' && type !== 'uri') return true;
  return expansion.plain.has(value as string) || mayHave(value as string, expansion);
}

/** Whether a code may be one of a system that the value set is open for. */
function mayHave(code: string, { open }: Expansion): boolean {
  for (const system of open) if (grammarOf(system)?.(code) ?? true) return true;
  return false;
}

/** A code without its system is none of any value set. https://hl7.org/fhir/R4/datatypes.html#Coding */
function hasCoding(coding: JsonObject, { codes, open }: Expansion): boolean {
  const [system, code] = [text(coding, 'system'), text(coding, 'code')];
  if (code === undefined || system === undefined) return false;
  return open.has('*') || open.has(system) || codes.has(`${system}|${code}`);
}

/** Whether a coded value is among those that the value set is known to have. */
export const isListed = (value: Json, type: string, { codes, plain }: Expansion): boolean =>
  isMember(value, type, { codes, plain, open: new Set() });

/** Reports a code (of a Coding or a Quantity) that its own, completely known code system does not have. */
export function checkCoding(coding: JsonObject, { definitions, report }: CheckContext, at: Path): void {
  const [system, code] = [text(coding, 'system'), text(coding, 'code')];
  if (system === undefined || code === undefined || report.full) return;
  const isKnown = grammarOf(system)?.(code) ?? definitions.systemCodes(system)?.has(code) ?? true;
  if (!isKnown) report.breach('code-invalid', at, `The code system ${system} has no such code.`);
}
