/** Patient/$enroll: makes the account without an invitation and notifies the person. Calling it again changes nothing. */
import type { Person } from 'fhir/r4.js';
import { defined } from '../../fhir/defined.js';
import type { Issue } from '../../fhir/fault.js';
import type { Enrollee } from '../../portal/enrollee.js';
import { heldForReview } from '../../portal/held.js';
import { isPending } from '../../portal/account-standing.js';
import { addressing } from '../../portal/addressing.js';
import { refuseMinor } from '../../portal/age.js';
import { channelsOf } from '../../portal/channel-parameter.js';
import { DAY, daysOf } from '../../portal/days-parameter.js';
import { enroll as makeAccount, enrollAgain, refuseInactive, type EnrollmentOrder } from '../../portal/enrollment.js';
import { ownPatient } from '../../portal/identity.js';
import { statedLanguage } from '../../portal/language-parameter.js';
import { requireFacts, enrolleeOf, statedContact } from '../../portal/person-parameters.js';
import type { Versioned } from '../../portal/step.js';
import type { HandlerParts, Operation, PortalSettings } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import type { EnrollInput, EnrollOutput } from '../types.js';
import { workflowOperation, type Call, type Outcome, type WorkflowParts } from '../workflow-operation.js';

export interface EnrollParts extends WorkflowParts {
  readonly portal: PortalSettings;
  readonly configuration: HandlerParts['configuration'];
}

export const createEnroll = (parts: EnrollParts): Operation<EnrollInput, EnrollOutput> =>
  workflowOperation(
    {
      definition: definitionOf('Patient', 'enroll'),
      reason: 'enrollment: accounts and invitations',
      run: call => enroll(call, parts),
    },
    parts,
  );

async function enroll(call: Call<EnrollInput>, parts: EnrollParts): Promise<Outcome<EnrollOutput>> {
  const { input, all, context } = call;
  const found = await enrolleeOf(call);
  requireFacts(found);
  refuseInactive(found, all);
  const account = found.account && ownPatient(found.account.resource) !== undefined ? found.account : undefined;
  const language = statedLanguage(input) ?? found.language;
  const subject = { ...found, ...defined({ language }) };
  if (account) return again(call, subject, account, parts);
  refuseMinor(found.facts.birthDate, (await parts.configuration())['account-age'], parts.clock.now());
  const held = heldForReview(subject, all, parts);
  if (held) return held;
  const order = orderOf(call, subject, parts.portal);
  const { person, step } = await makeAccount(subject, order, all, parts);
  if (order.differs) context.warnings.push(otherContact);
  return { step, returns: { type: 'Person', id: person.id, created: true }, output: {} };
}

/** An account that there is: only a pending one may change. */
async function again(
  call: Call<EnrollInput>,
  subject: Enrollee,
  account: Versioned<Person>,
  parts: EnrollParts,
): Promise<Outcome<EnrollOutput>> {
  const { all } = call;
  const { resource: person } = account;
  if (!isPending(person, all.own)) return { output: { return: person } };
  const step = await enrollAgain(subject, account, orderOf(call, subject, parts.portal), all, parts);
  if (step.writes.length === 0) return { step, output: { return: person } };
  return { step, returns: { type: 'Person', id: person.id }, output: {} };
}

function orderOf(call: Call<EnrollInput>, { patient }: Enrollee, portal: PortalSettings): EnrollmentOrder {
  const { input, all } = call;
  const { contact, differs } = addressing(statedContact(call), patient?.resource, all.phoneNumber);
  const channels = channelsOf(input, contact, portal);
  const lasts = (daysOf(input) ?? portal.invitationDays) * DAY;
  const { activatesAccounts: activates, portalUrl } = portal;
  return { activates, differs, lasts, portalUrl, ...defined({ channels }) };
}

const otherContact: Issue = {
  severity: 'warning',
  code: 'business-rule',
  diagnostics: 'The contact given is not on the record: nothing was sent there, and the contact on record was told.',
};
