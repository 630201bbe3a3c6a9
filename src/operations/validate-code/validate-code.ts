/**
 * $validate-code of ValueSet and CodeSystem. https://hl7.org/fhir/R4/valueset-operation-validate-code.html,
 * https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
 */
import { namesIn } from '../../conformance/concepts.js';
import { refuseGiven, refusePast } from '../../conformance/unfollowed.js';
import { isAbstract, isInactive } from '../../definitions/concept-state.js';
import type { Expansion } from '../../definitions/definitions.js';
import { expand, type TerminologySource } from '../../definitions/expand.js';
import type { Coding } from 'fhir/r4.js';
import { defined } from '../../fhir/defined.js';
import { Fault } from '../../fhir/fault.js';
import type { Resource } from '../../fhir/resource.js';
import type { Operation, HandlerParts } from '../../service.js';
import { findConcept, knownTerminology, type Concept } from '../../conformance/known-terminology.js';
import { codeSystemOf, ofVersion, valueSetOf } from '../../conformance/value-set.js';
import type {
  CodeSystemValidateCodeInput,
  CodeSystemValidateCodeOutput,
  ValueSetValidateCodeInput,
  ValueSetValidateCodeOutput,
} from '../types.js';

/** What both operations answer. */
type Verdict = ValueSetValidateCodeOutput & CodeSystemValidateCodeOutput;

export type ValidateCodeParts = Pick<HandlerParts, 'definitions' | 'clock'>;

export const createValidateValueSetCode = ({
  definitions,
  clock,
}: ValidateCodeParts): Operation<ValueSetValidateCodeInput, ValueSetValidateCodeOutput> => ({
  definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code',
  readOnly: true,
  async handler(input, context) {
    refuseGiven({ context: input.context });
    refusePast(input.date, clock.now());
    const named = await valueSetOf(definitions, input, context);
    const codings = codingsOf(input);
    const terminology = await knownTerminology(definitions, context, named, ...codings.map(({ system }) => system));
    const found = typeof named === 'string' ? terminology.valueSet(named) : named;
    const valueSet = ofVersion(found, named, input.valueSetVersion);
    if (!valueSet) throw new Fault('not-found', 'This server does not know that value set.');
    const expansion = expand(valueSet, terminology);
    return { output: anyOf(codings.map(coding => inValueSet(coding, expansion, terminology, input))) };
  },
});

export const createValidateCodeSystemCode = ({
  definitions,
  clock,
}: ValidateCodeParts): Operation<CodeSystemValidateCodeInput, CodeSystemValidateCodeOutput> => ({
  definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code',
  readOnly: true,
  async handler(input, context) {
    refusePast(input.date, clock.now());
    const codings = codingsOf(input);
    const named = await codeSystemOf(definitions, { ...input, url: input.url ?? codings[0]?.system }, context);
    const terminology = await knownTerminology(definitions, context, named);
    const found = typeof named === 'string' ? terminology.codeSystem(named) : named;
    const codeSystem = ofVersion(found, named, input.version);
    if (!codeSystem) throw new Fault('not-found', 'This server does not know that code system.');
    return { output: anyOf(codings.map(coding => inCodeSystem(coding, codeSystem, input))) };
  },
});

/** The codings of the code, coding or concept that was sent. Fault `invalid` without one. */
function codingsOf(input: CodeSystemValidateCodeInput & { system?: string; systemVersion?: string }): Coding[] {
  const { code, system, systemVersion: version, display, coding, codeableConcept } = input;
  if (code !== undefined) return [{ code, ...defined({ system, version, display }) }];
  if (coding) return [coding];
  if (codeableConcept?.coding) return codeableConcept.coding;
  throw new Fault('invalid', 'Send a code, a coding or a codeableConcept.', { code: 'required' });
}

/** A concept is valid if one of its codings is. */
const anyOf = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.find(({ result }) => result) ?? verdicts[0] ?? { result: false, message: 'There is no coding.' };

/** How a code is judged: whether abstract ones pass, and the language of displays. */
type Terms = Pick<ValueSetValidateCodeInput, 'abstract' | 'displayLanguage'>;

function inValueSet(
  coding: Coding,
  expansion: Expansion | undefined,
  terminology: TerminologySource,
  terms: Terms,
): Verdict {
  const { system, code = '' } = coding;
  const known =
    system === undefined ? [...(expansion?.codes ?? [])].find(one => one.endsWith(`|${code}`)) : `${system}|${code}`;
  if (known !== undefined && expansion?.codes.has(known)) {
    const codeSystem = terminology.codeSystem(known.slice(0, known.lastIndexOf('|')));
    return codeSystem ? judged(coding, codeSystem, terms) : { result: true };
  }
  const open = expansion?.open.has('*') === true || (system !== undefined && expansion?.open.has(system) === true);
  return {
    result: false,
    message: open
      ? 'The value set holds codes of that system that this server cannot list.'
      : 'The code is not in the value set.',
  };
}

function inCodeSystem(coding: Coding, codeSystem: Resource, terms: Terms): Verdict {
  if (coding.system !== undefined && coding.system !== codeSystem['url']) {
    return { result: false, message: 'The coding is of another code system.' };
  }
  return judged(coding, codeSystem, terms);
}

/** The verdict on a code by its code system. */
function judged(coding: Coding, codeSystem: Resource, { abstract, displayLanguage }: Terms): Verdict {
  const { code = '', version } = coding;
  if (version !== undefined && version !== codeSystem['version'])
    return { result: false, message: 'This server knows the code system in another version.' };
  const concept = findConcept(codeSystem, code);
  if (!concept && codeSystem['content'] === 'complete')
    return { result: false, message: 'The code system has no such code.' };
  if (!concept) return { result: false, message: 'This server knows the code system only in part.' };
  if (abstract === false && isAbstract(concept)) return { result: false, message: 'The code is abstract.' };
  return named(coding, concept, displayLanguage);
}

/** The display, if there is one, must be one of the code's: in the language asked for, where it has any. */
function named({ display }: Coding, concept: Concept, language: string | undefined): Verdict {
  const translated = language === undefined ? [] : namesIn(language, concept.designation ?? []);
  const all = [concept.display, ...(concept.designation ?? []).map(({ value }) => value)];
  const names = translated.length > 0 ? translated : all;
  const proper = defined({ display: translated[0] ?? concept.display });
  const wrong = display !== undefined && !names.some(name => String(name).toLowerCase() === display.toLowerCase());
  if (wrong) return { result: false, message: 'The display is not that of the code.', ...proper };
  return { result: true, ...(isInactive(concept) && { message: 'The code is inactive.' }), ...proper };
}
