/** Codes against value sets and code systems. https://hl7.org/fhir/R4/terminologies.html */
import type { Binding, Expansion } from '../definitions/definitions.js';
import type { Json, JsonObject } from '../fhir/resource.js';
import type { Path } from './report.js';
import { list, text, type Scope } from './scope.js';

/** Checks a coded value of this type against a binding: required → error, extensible → warning. */
export function checkBinding(value: Json, type: string, { strength, valueSet }: Binding, scope: Scope, at: Path): void {
  if (strength !== 'required' && strength !== 'extensible') return;
  const expansion = scope.definitions.expansion(valueSet);
  if (!expansion || isMember(value, type, expansion)) return;
  const words = `The code must be from the value set ${valueSet}.`;
  if (strength === 'required') scope.report.breach('code-invalid', at, words);
  else scope.report.warn('code-invalid', at, words.replace('must', 'should'));
}

/** Whether a coded value is in the value set, or might be in a part of it that is not known here. */
export function isMember(value: Json, type: string, expansion: Expansion): boolean {
  if (type === 'CodeableConcept')
    return list(value as JsonObject, 'coding').some(coding => hasCoding(coding, expansion));
  if (type === 'Coding') return hasCoding(value as JsonObject, expansion);
  if (type === 'Quantity')
    return text(value as JsonObject, 'code') === undefined || hasCoding(value as JsonObject, expansion);
  if (type !== 'code' && type !== 'string' && type !== 'uri') return true;
  return expansion.plain.has(value as string) || expansion.open.size > 0;
}

function hasCoding(coding: JsonObject, { codes, open }: Expansion): boolean {
  const [system, code] = [text(coding, 'system'), text(coding, 'code')];
  if (code === undefined) return false;
  if (open.has('*') || (system !== undefined && open.has(system))) return true;
  return system !== undefined && codes.has(`${system}|${code}`);
}

/** Reports a code that its own, completely known code system does not have. */
export function checkCoding(coding: JsonObject, { definitions, report }: Scope, at: Path): void {
  const [system, code] = [text(coding, 'system'), text(coding, 'code')];
  if (system === undefined || code === undefined) return;
  const codes = definitions.systemCodes(system);
  if (codes && !codes.has(code)) report.breach('code-invalid', at, `The code system ${system} has no such code.`);
}
