/**
 * The activation of an account: a code goes to the contact on record, and with a birth date that is not in the e-mail it puts the
 * account to use. A wrong birth date counts; the fifth ends the code.
 */
import type { Patient, Person, Practitioner } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import type { Document } from '../store/port.js';
import { endOfActivation, isOver, isPending, MOST_TRIES, triesOf, withActivationTries } from './account-standing.js';
import { accountWorkflow, type EnrolledNotice } from './account-workflow.js';
import { isUnder } from './age.js';
import { verifiesBirthDate } from './birth-date.js';
import { isInactive, ownPatient } from './identity.js';
import { newCode } from './invitation-code.js';
import type { Refusal } from './proof.js';
import { changed, combined, step, type Step, type Versioned, type WorkflowReader } from './step.js';
import { move, SERVER } from './workflow.js';

/** What a new activation needs. */
export interface ActivationOrder {
  readonly given: string | undefined;
  readonly channels?: readonly string[];
  /** BCP 47 */
  readonly language?: string;
  /** Milliseconds until its code is over. */
  readonly lasts: number;
  /** Where links lead, without a trailing slash. */
  readonly portalUrl: string;
}

/** A new activation: its code, the notice that brings it, and when it is over (milliseconds since the epoch). */
export function activationOf(
  { given = '', channels, language, lasts, portalUrl }: ActivationOrder,
  world: Pick<World, 'clock' | 'random'>,
): { notice: EnrolledNotice; code: string; until: number } {
  const code = newCode(world.random);
  const until = world.clock.now() + lasts;
  const parameters = { given, code, link: `${portalUrl}/activation#${code}`, until: instant(until) };
  return {
    notice: { event: 'activation', parameters, expires: until, ...defined({ channels, language }) },
    code,
    until,
  };
}

/** Unknown, used, superseded, over, or of an account that is closed by now: one answer, so that it tells nothing. */
const unusable = (): Refusal => ({
  fault: new Fault('gone', 'This code cannot be used.', { code: 'expired' }),
  step: step({}),
});

/**
 * Puts the account of this activation to use; one in use already stays so.
 * @param activation undefined: no record has the code
 * @param accountAge years from which a person has an account of their own
 */
export async function activate(
  activation: Document | undefined,
  birthDate: string,
  accountAge: number,
  reader: WorkflowReader,
  now: number,
): Promise<{ readonly account: string; readonly step: Step } | Refusal> {
  if (!activation || isOver(activation, now)) return unusable();
  const account = await reader.get<Person | Practitioner>(activation.id);
  if (!account || isClosed(account.resource, reader)) return unusable();
  const used = step({ documents: [endOfActivation(activation)] });
  if (account.resource.resourceType === 'Practitioner') {
    const isRight = account.resource.birthDate === undefined || account.resource.birthDate === birthDate;
    return isRight ? { account: activation.id, step: used } : wrongFacts(activation);
  }
  const own = ownPatient(account.resource);
  const patient = own === undefined ? undefined : (await reader.get<Patient>(own))?.resource;
  if (own !== undefined && (!patient || isInactive(patient))) return unusable();
  const recorded = patient?.birthDate ?? account.resource.birthDate;
  if (!verifiesBirthDate(birthDate, recorded)) return wrongFacts(activation);
  if (isUnder(recorded, accountAge, now)) return unusable();
  return { account: activation.id, step: combined(used, await toUse(account as Versioned<Person>, reader, now)) };
}

const isClosed = (account: Person | Practitioner, { own }: WorkflowReader): boolean =>
  account.active === false && !(account.resourceType === 'Person' && isPending(account, own));

async function toUse(account: Versioned<Person>, reader: WorkflowReader, now: number): Promise<Step> {
  if (!isPending(account.resource, reader.own)) return step({});
  const moving = { by: SERVER, now, all: reader, input: {} };
  const { resource, effects } = await move(accountWorkflow(reader.own), 'activate', account.resource, moving);
  return step({ writes: [changed(account, resource)], effects });
}

function wrongFacts(activation: Document): Refusal {
  const fault = new Fault('unprocessable', 'The code and the facts do not belong together.');
  const tries = triesOf(activation) + 1;
  const document = tries < MOST_TRIES ? withActivationTries(activation, tries) : endOfActivation(activation);
  return { fault, step: step({ documents: [document] }) };
}
