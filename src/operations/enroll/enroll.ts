/** Patient/$enroll: makes the account without an invitation and notifies the person. Calling it again changes nothing. */
import { defined } from '../../fhir/defined.js';
import { enroll as makeAccount, refuseInactive } from '../../portal/enrollment.js';
import { ownPatient } from '../../portal/identity.js';
import type { Operation, PortalSettings } from '../../service.js';
import { languageTag } from '../../portal/language-parameter.js';
import { channelsOf } from '../../portal/channel-parameter.js';
import { definitionOf } from '../operation-of.js';
import { requireFacts, enrolleeOf } from '../../portal/person-parameters.js';
import type { EnrollInput, EnrollOutput } from '../types.js';
import { workflowOperation, type Call, type Outcome, type WorkflowParts } from '../workflow-operation.js';

export interface EnrollParts extends WorkflowParts {
  readonly portal: PortalSettings;
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
  const { input, all } = call;
  const found = await enrolleeOf(call);
  requireFacts(found);
  refuseInactive(found);
  const account = found.account?.resource;
  if (account && ownPatient(account) !== undefined) return { output: { return: account } };
  const language = languageTag(input) ?? found.language;
  const subject = { ...found, ...defined({ language }) };
  const channels = channelsOf(input, subject.facts, parts.portal);
  const notice = { ...defined({ channels }), portalUrl: parts.portal.portalUrl };
  const { person, step } = await makeAccount(subject, notice, all, parts);
  return { step, returns: { type: 'Person', id: person.id, created: true }, output: {} };
}
