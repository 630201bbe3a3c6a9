/**
 * Enrollment without an invitation: a visitor states facts; where they are those of exactly one patient, the way in goes to the
 * contact on that patient's record. The visitor is told the same whether or not it does.
 */
import type { World } from '../../fhir/clock.js';
import { emailForm } from '../../fhir/email-address.js';
import { Fault } from '../../fhir/fault.js';
import { isUnder } from '../../portal/age.js';
import { findEnrollee, type Enrollee } from '../../portal/enrollee.js';
import { enroll } from '../../portal/enrollment.js';
import { isInactive, type Facts } from '../../portal/identity.js';
import { step, type Step } from '../../portal/step.js';
import type { AccountWriter } from './account-writer.js';

/** What a visitor writes. */
export interface StatedFacts {
  readonly family: string;
  readonly given: string;
  /** `YYYY-MM-DD` */
  readonly birthDate: string;
  readonly email: string;
}

export interface SelfEnrollmentParts extends World {
  readonly writer: AccountWriter;
  readonly settings: () => Promise<{ readonly 'account-age': number; readonly 'self-enrollment': string }>;
  /** Milliseconds that an activation lasts. */
  readonly lasts: number;
  /** Where links lead, without a trailing slash. */
  readonly portalUrl: string;
}

/** Characters of a name. */
const LONGEST = 100;

/** The facts in the form by which they are compared; undefined where one is none. */
export function factsOf({ family, given, birthDate, email }: StatedFacts): Facts | undefined {
  const names = [family.trim(), given.trim()];
  const isNamed = names.every(name => name !== '' && name.length <= LONGEST && !/\p{Cc}|\p{Cs}/u.test(name));
  const address = emailForm(email.trim());
  if (!isNamed || !/^\d{4}-\d{2}-\d{2}$/.test(birthDate) || address === undefined) return undefined;
  return { family: family.trim(), given: given.trim(), birthDate, email: address };
}

/** What becomes of the facts: `account` has an account already; a step that enrolls; or nothing. */
export async function enrollByFacts(
  facts: Facts,
  parts: SelfEnrollmentParts,
): Promise<{ readonly account: string } | { readonly step: Step }> {
  const { writer, clock } = parts;
  const { 'account-age': age, 'self-enrollment': rule } = await parts.settings();
  const subject = await findEnrollee(facts, writer.reader).catch(nobody);
  const patient = subject?.patient?.resource;
  if (!subject || !patient || isInactive(patient)) return { step: step({}) };
  if (isUnder(patient.birthDate, age, clock.now())) return { step: step({}) };
  if (subject.account) return { account: `Person/${subject.account.resource.id}` };
  return { step: rule === 'on' ? await enrolled(subject, parts) : step({}) };
}

async function enrolled(subject: Enrollee, parts: SelfEnrollmentParts): Promise<Step> {
  const { lasts, portalUrl } = parts;
  const order = { activates: false, differs: false, lasts, portalUrl };
  return (await enroll(subject, order, parts.writer.reader, parts)).step;
}

/** Several patients match, the facts contradict the record, or a review is to decide. */
function nobody(error: unknown): undefined {
  const kinds = ['precondition', 'unprocessable', 'conflict', 'too-costly'];
  if (error instanceof Fault && kinds.includes(error.kind)) return undefined;
  throw error;
}
