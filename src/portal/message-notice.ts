/** Who is told of a message, without its content: the patient's account, proxies addressed, and proxies of whoever has none. */
import type { Communication } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import type { World } from '../fhir/clock.js';
import type { AgeSettings } from '../fhir/proxy-standing.js';
import { addressOf, type ContactChannel } from './contact-channel.js';
import type { Concerned, Effect } from './effect.js';
import { isPending } from './account-standing.js';
import { accountsOf } from './identity.js';
import { noticeKindOf } from './notice-kinds.table.js';
import { proxiesFor } from './proxy.js';
import { recipientOf } from './recipient.js';
import type { WorkflowReader } from './step.js';

export interface NoticeParts {
  /** Sees everything: accounts, proxies. */
  readonly all: WorkflowReader;
  readonly world: World;
  readonly ages: AgeSettings;
  /** Where links in notices lead, without a trailing slash. */
  readonly portalUrl: string;
  /** The channels set up here, in the order of preference. */
  readonly channels: readonly ContactChannel[];
}

/** The notice of a message to the persons who can be reached now; none where nobody can be. */
export async function noticesOf(message: Communication, parts: NoticeParts): Promise<Effect[]> {
  const persons = await reachable(await concerned(message, parts), parts);
  if (persons.length === 0) return [];
  const about = `Communication/${message.id}`;
  const parameters = { link: `${parts.portalUrl}/messages` };
  const begins = message.inResponseTo === undefined;
  const governedBy = begins ? 'provider-messages' : undefined;
  return [{ kind: 'notice', event: 'new-message', about, persons, parameters, ...defined({ governedBy }) }];
}

async function concerned({ subject, recipient = [] }: Communication, parts: NoticeParts): Promise<Concerned[]> {
  const { all } = parts;
  const patient = subject?.reference ?? '';
  const accounts = await accountsOf(patient, all);
  const account = accounts.find(({ resource }) => resource.active !== false || isPending(resource, all.own));
  const addressed = recipient.flatMap(({ reference = '' }) =>
    reference.startsWith('RelatedPerson/') ? reference : [],
  );
  const acting = account ? [] : await proxiesFor(patient, 'messages', all, actingAt(parts));
  const own = account ? [`Person/${account.resource.id}`] : [];
  const names = [...own, ...addressed, ...acting.map(({ resource }) => `RelatedPerson/${resource.id}`)];
  return [...new Set(names)].map(reference => ({ reference }));
}

const actingAt = ({ world, ages }: NoticeParts) => ({ now: world.clock.now(), ages });

async function reachable(persons: readonly Concerned[], parts: NoticeParts): Promise<Concerned[]> {
  const { all, channels } = parts;
  const at = { ...actingAt(parts), needs: noticeKindOf('new-message').needs };
  const recipients = await Promise.all(persons.map(person => recipientOf(person, all, at)));
  return persons.filter((_person, index) => {
    const recipient = recipients[index];
    return recipient && 'contact' in recipient && addressOf(channels, recipient.contact) !== undefined;
  });
}
