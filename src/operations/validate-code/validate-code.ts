/**
 * $validate-code of ValueSet and CodeSystem. https://hl7.org/fhir/R4/valueset-operation-validate-code.html,
 * https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
 */
import { expand, type TerminologySource } from '../../definitions/expand.js';
import type { Coding } from 'fhir/r4.js';
import { defined } from '../../fhir/defined.js';
import { Fault } from '../../fhir/fault.js';
import type { Resource } from '../../fhir/resource.js';
import type { Operation, HandlerParts } from '../../service.js';
import { findConcept, knownTerminology } from '../../conformance/known-terminology.js';
import { codeSystemOf, ofVersion, valueSetOf } from '../../conformance/value-set.js';
import type {
  CodeSystemValidateCodeInput,
  CodeSystemValidateCodeOutput,
  ValueSetValidateCodeInput,
  ValueSetValidateCodeOutput,
} from '../types.js';

/** What both operations answer. */
type Verdict = ValueSetValidateCodeOutput & CodeSystemValidateCodeOutput;

export type ValidateCodeParts = Pick<HandlerParts, 'definitions'>;

export const createValidateValueSetCode = ({
  definitions,
}: ValidateCodeParts): Operation<ValueSetValidateCodeInput, ValueSetValidateCodeOutput> => ({
  definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code',
  readOnly: true,
  async handler(input, context) {
    const named = await valueSetOf(definitions, input, context);
    const codings = codingsOf(input);
    const terminology = await knownTerminology(definitions, context, named, ...codings.map(({ system }) => system));
    const found = typeof named === 'string' ? terminology.valueSet(named) : named;
    const valueSet = ofVersion(found, named, input.valueSetVersion);
    if (!valueSet) throw new Fault('not-found', 'This server does not know that value set.');
    return { output: anyOf(codings.map(coding => inValueSet(coding, valueSet, terminology))) };
  },
});

export const createValidateCodeSystemCode = ({
  definitions,
}: ValidateCodeParts): Operation<CodeSystemValidateCodeInput, CodeSystemValidateCodeOutput> => ({
  definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code',
  readOnly: true,
  async handler(input, context) {
    const codings = codingsOf(input);
    const named = await codeSystemOf(definitions, { ...input, url: input.url ?? codings[0]?.system }, context);
    const terminology = await knownTerminology(definitions, context, named);
    const found = typeof named === 'string' ? terminology.codeSystem(named) : named;
    const codeSystem = ofVersion(found, named, input.version);
    if (!codeSystem) throw new Fault('not-found', 'This server does not know that code system.');
    return { output: anyOf(codings.map(coding => inCodeSystem(coding, codeSystem))) };
  },
});

/** The codings of the code, coding or concept that was sent. Fault `invalid` without one. */
function codingsOf(input: CodeSystemValidateCodeInput & { system?: string }): Coding[] {
  const { code, system, display, coding, codeableConcept } = input;
  if (code !== undefined) return [{ code, ...defined({ system, display }) }];
  if (coding) return [coding];
  if (codeableConcept?.coding) return codeableConcept.coding;
  throw new Fault('invalid', 'Send a code, a coding or a codeableConcept.', { code: 'required' });
}

/** A concept is valid if one of its codings is. */
const anyOf = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.find(({ result }) => result) ?? verdicts[0] ?? { result: false, message: 'There is no coding.' };

function inValueSet(coding: Coding, valueSet: Resource, terminology: TerminologySource): Verdict {
  const { system, code = '' } = coding;
  const expansion = expand(valueSet, terminology);
  const known =
    system === undefined ? [...(expansion?.codes ?? [])].find(one => one.endsWith(`|${code}`)) : `${system}|${code}`;
  if (known !== undefined && expansion?.codes.has(known)) {
    const codeSystem = terminology.codeSystem(known.slice(0, known.lastIndexOf('|')));
    return codeSystem ? judged(coding, codeSystem) : { result: true };
  }
  const open = expansion?.open.has('*') === true || (system !== undefined && expansion?.open.has(system) === true);
  return {
    result: false,
    message: open
      ? 'The value set holds codes of that system that this server cannot list.'
      : 'The code is not in the value set.',
  };
}

function inCodeSystem(coding: Coding, codeSystem: Resource): Verdict {
  if (coding.system !== undefined && coding.system !== codeSystem['url']) {
    return { result: false, message: 'The coding is of another code system.' };
  }
  return judged(coding, codeSystem);
}

/** The verdict on a code by its code system; the display, if there is one, must be one of its displays. */
function judged({ code = '', display }: Coding, codeSystem: Resource): Verdict {
  const concept = findConcept(codeSystem, code);
  if (!concept && codeSystem['content'] === 'complete')
    return { result: false, message: 'The code system has no such code.' };
  if (!concept) return { result: false, message: 'This server knows the code system only in part.' };
  const proper = concept.display === undefined ? {} : { display: concept.display };
  const names = [concept.display, ...(concept.designation ?? []).map(({ value }) => value)];
  const wrong = display !== undefined && !names.some(name => String(name).toLowerCase() === display.toLowerCase());
  return wrong
    ? { result: false, message: 'The display is not that of the code.', ...proper }
    : { result: true, ...proper };
}
