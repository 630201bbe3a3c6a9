/** Refusals for people: the outcome says why in the language of its reader, beside what it says to developers. */
import type { Because } from '../fhir/fault.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { FhirResponse } from '../fhir/response.js';
import { readerLanguage } from '../texts/language.js';
import type { PlainKey, Words } from '../texts/words.js';
import type { DispatchParts, Run } from './parts.js';

/** Of statuses that stand for themselves. */
const KEYS: Readonly<Record<number, PlainKey>> = {
  401: 'outcomeSignIn',
  403: 'outcomeForbidden',
  404: 'outcomeNotFound',
  405: 'outcomeNotOffered',
  406: 'outcomeNotOffered',
  409: 'outcomeChanged',
  410: 'outcomeGone',
  412: 'outcomeChanged',
  413: 'outcomeTooLarge',
  415: 'outcomeNotOffered',
  422: 'outcomeWrong',
};

/** Of what its status does not tell people. */
const BECAUSE: Readonly<Record<Because, PlainKey>> = {
  'switched-off': 'outcomeSwitchedOff',
  held: 'outcomeHeld',
  infected: 'outcomeInfected',
};

/** The answer, with `details.text` where it is a refusal and people read it. https://hl7.org/fhir/R4/operationoutcome.html */
export async function told(run: Run, response: FhirResponse, parts: DispatchParts): Promise<FhirResponse> {
  const { status, body } = response;
  if (status < 400 || body?.kind !== 'resource' || !isForPeople(run)) return response;
  const { resource } = body;
  if (resource.resourceType !== 'OperationOutcome') return response;
  try {
    const text = textOf(response, await wordsFor(run, parts));
    return { ...response, body: { kind: 'resource', resource: withText(resource, text) } };
  } catch (error) {
    // The refusal stands without its text where the texts cannot be read.
    parts.report(error, run.request);
    return response;
  }
}

/** Apps of people say the language of their reader, also where nobody is signed in; libraries say any, `*`. */
const isForPeople = ({ actor, request }: Run): boolean =>
  actor?.kind === 'patient' || actor?.kind === 'staff' || /[a-z]/i.test(request.headers['accept-language'] ?? '');

async function wordsFor({ request }: Run, { texts, configuration }: DispatchParts): Promise<Words> {
  return (await texts()).in(readerLanguage(undefined, request.headers['accept-language'], await configuration()));
}

function textOf({ status, headers, because }: FhirResponse, { texts, t }: Words): string {
  const wait = Number(headers['retry-after']);
  if (status === 429 && wait > 0) return t('waitSeconds', { count: wait });
  if (because) return texts[BECAUSE[because]];
  return texts[KEYS[status] ?? (status < 500 ? 'outcomeUnreadable' : 'outcomeLater')];
}

function withText(outcome: Resource, text: string): Resource {
  const issues = outcome['issue'] as JsonObject[];
  const { severity, code, ...rest } = issues[0] ?? {};
  const first = { severity, code, details: { text }, ...rest };
  return { ...outcome, issue: [first, ...issues.slice(1)] };
}
