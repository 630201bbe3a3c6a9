/** What administrators change while the portal runs: the words of a notice, and a switch. */
import { randomInt } from 'node:crypto';
import { parameter, parametersOf } from '../../fhir/parameters.js';
import type { JsonObject, Resource } from '../../fhir/resource.js';
import { message } from './message.js';
import type { Portal } from './portal.js';

const ehr = 'demo-ehr';
const manager = 'demo-agent as Practitioner/demo-configuration-manager';

/** @param app the client of a patient's app */
export async function administer(portal: Portal, app: string): Promise<void> {
  await reword(portal);
  await switchOff(portal, app);
}

async function reword(portal: Portal): Promise<void> {
  const number = String(randomInt(1e9));
  const topic = `running-group-${number}`;
  portal.step('The configuration manager gives invitations of one topic words of their own.');
  await portal.create(manager, wording(portal, topic));
  portal.step('The EHR invites somebody for it: the next notice has the new words.');
  const email = `omar.${number}@example.org`;
  const facts = [
    parameter('family', 'string', 'Haddad'),
    parameter('given', 'string', 'Omar'),
    parameter('birthDate', 'date', '1990-04-01'),
    parameter('email', 'string', email),
  ];
  const input = parametersOf([...facts, parameter('topic', 'string', topic)]);
  await portal.operation(ehr, { name: 'invite', on: 'Patient', input, status: 201 });
  const { subject } = await portal.mail(email);
  if (subject !== 'Run with us') throw new Error('the invitation should have the new words');
}

function wording({ canonicalUrl }: Portal, topic: string): Resource {
  const concept = (system: string, code: string): JsonObject => ({
    coding: [{ system: `${canonicalUrl}/CodeSystem/${system}`, code }],
  });
  const text = [
    { url: 'language', valueCode: 'en' },
    { url: 'subject', valueString: 'Run with us' },
    { url: 'text', valueString: 'Hello {{ given | initial }} Our running group begins on Monday. Join us: {{ link }}' },
  ];
  return {
    resourceType: 'ActivityDefinition',
    status: 'active',
    name: 'RunningGroup',
    kind: 'CommunicationRequest',
    code: concept('notice-kind', 'invitation'),
    topic: [concept('notice-topic', topic)],
    extension: [{ url: `${canonicalUrl}/StructureDefinition/notice-text`, extension: text }],
  };
}

async function switchOff(portal: Portal, app: string): Promise<void> {
  portal.step('The configuration manager switches questions about bills off.');
  const before = await portal.get(manager, 'Basic/portal-configuration');
  await portal.update(manager, withoutBilling(portal, before));
  portal.step('She asks one, and learns that the organization has switched this off.');
  const question = message(portal, 'May I pay in two parts?', 'billing', {
    recipient: [{ reference: 'Organization/demo-clinical-group' }],
  });
  await portal.create(app, question, 403);
  portal.step('Switched on again, it is open with the next request.');
  await portal.update(manager, before);
  await portal.create(app, question);
}

/** The configuration with one more setting. */
function withoutBilling({ canonicalUrl }: Portal, configuration: Resource): Resource {
  const url = `${canonicalUrl}/StructureDefinition/portal-settings`;
  const all = (configuration['extension'] ?? []) as JsonObject[];
  const settings = all.flatMap(one => (one['url'] === url ? (one['extension'] as JsonObject[]) : []));
  const others = settings.filter(one => one['url'] !== 'questions-billing');
  const off = { url: 'questions-billing', valueBoolean: false };
  return {
    ...configuration,
    extension: [...all.filter(one => one['url'] !== url), { url, extension: [...others, off] }],
  };
}
