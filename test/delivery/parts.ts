/** What the delivery suites share: a clock that is moved by hand, a mail server that can be down, a dispatcher. */
import { phoneForm } from '../../src/fhir/phone-number.js';
import { SMTPServer } from 'smtp-server';
import PostalMime, { type Email } from 'postal-mime';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Patient, Person, RelatedPerson } from 'fhir/r4.js';
import type { Channel, Message, Sent } from '../../src/delivery/channels/channel.js';
import { createDispatcher, type Dispatcher } from '../../src/delivery/dispatcher.js';
import type { DispatcherParts } from '../../src/delivery/dispatcher-parts.js';
import { outboxDocuments } from '../../src/delivery/outbox.js';
import type { Query } from '../../src/fhir/request.js';
import type { Notice } from '../../src/portal/effect.js';
import type { PeopleReader } from '../../src/portal/recipient.js';
import type { Versioned } from '../../src/portal/step.js';
import { own } from '../fixtures/own.js';
import { installedWordings } from '../wording/installed.js';
import { openMemory } from '../../src/store/memory/open.js';
import type { Storage } from '../../src/store/port.js';

export const templatesFolder = join(process.cwd(), 'templates');

export const organization = {
  'proxy-age': 18,
  'adolescent-age': 12,
  'adolescent-function': ['appointments'],
  'organization-title': 'Nordic & Sons Clinic',
  'help-telephone': '+1 555 0100',
  'help-page': 'https://clinic.example.org/help',
  'accent-color': '#7a1f5c',
  'time-zone': 'America/New_York',
  language: ['en', 'ar'],
  'default-language': 'en',
};

export interface MailServer {
  url: string;
  /** Raw messages with the addresses of their RCPT commands. */
  received: { recipients: string[]; raw: string }[];
  close(): Promise<void>;
}

/** A real SMTP server on a free port of this machine; `refuse` answers RCPT with this code, `tls` offers STARTTLS with the key and certificate. */
export async function startMailServer({
  port = 0,
  refuse,
  tls,
}: { port?: number; refuse?: number; tls?: string } = {}): Promise<MailServer> {
  const received: MailServer['received'] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: tls === undefined ? ['STARTTLS', 'AUTH'] : ['AUTH'],
    ...(tls === undefined ? {} : { key: tls, cert: tls }),
    logger: false,
    onRcptTo(_address, _session, done) {
      done(refuse === undefined ? null : Object.assign(new Error('no'), { responseCode: refuse }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        received.push({ recipients, raw: Buffer.concat(chunks).toString() });
        done();
      });
    },
  });
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  const address = server.server.address() as AddressInfo;
  const close = () => new Promise<void>(resolve => server.close(() => resolve()));
  return { url: `smtp://127.0.0.1:${address.port}`, received, close };
}

/** A server that greets every connection with the line that `serve` gives. */
export async function startOddServer(serve: (socket: Socket) => string): Promise<Omit<MailServer, 'received'>> {
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write(`${serve(socket)}\r\n`);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>(resolve => server.close(() => resolve()));
  };
  return { url: `smtp://127.0.0.1:${port}`, close };
}

export const parsed = (raw: string): Promise<Email> => PostalMime.parse(raw);

export interface Delivery {
  storage: Storage;
  clock: { now(): number; time: number };
  /** Resources of people by reference, as they are on record now. */
  people: Map<string, Patient | Person | RelatedPerson>;
  post(effect: Notice): Promise<void>;
  dispatcher(channels: Channel | Channel[], settings?: Partial<DispatcherParts>): Dispatcher;
  /** Outcomes and reasons of what is about a resource. */
  records(about: string): Promise<{ outcome: string; reasons: string[] }[]>;
}

/** A fresh outbox. Errors outside the channels fail the test that awaits `pass`. */
export function startDelivery(): Delivery {
  const clock = { time: Date.parse('2026-03-01T10:00:00Z'), now: () => clock.time };
  const storage = openMemory(clock);
  let count = 0;
  const ids = { next: () => `id-${++count}` };
  const people: Delivery['people'] = new Map();
  return {
    storage,
    clock,
    people,
    post: effect => storage.store.commit({ documents: outboxDocuments(effect, { ids, clock }) }),
    dispatcher: (channels, settings = {}) =>
      createDispatcher({
        store: storage.store,
        records: storage.records,
        people: { ...readerOf(people), document: (kind, id) => storage.records.get(kind, id, clock.now()) },
        channels: [channels].flat(),
        templates: installedWordings(),
        settings: () => Promise.resolve(organization),
        links: {
          unsubscribe: () => 'https://portal.example.org/preferences?token=sealed',
          misdirected: ({ about }) => `https://portal.example.org/not-for-me?token=${about.replace('/', '-')}`,
        },
        clock,
        random: { bytes: size => new Uint8Array(size) },
        interval: 10,
        maxAttempts: 3,
        report: error => {
          throw error;
        },
        ...settings,
      }),
    async records(about) {
      const found = await storage.records.find('delivery', 'about', about, clock.now(), 10);
      return found.map(({ value }) => ({
        outcome: value['outcome'] as string,
        reasons: (value['attempts'] as { reason: string }[]).map(({ reason }) => reason),
      }));
    },
  };
}

/** Finds Persons by their link alone. */
function readerOf(people: Delivery['people']): Omit<PeopleReader, 'document'> {
  const versioned = <R>(resource: unknown): Versioned<R> => ({ resource }) as Versioned<R>;
  return {
    own,
    phoneNumber: phoneForm('US'),
    get: async <R>(reference: string) => (people.has(reference) ? versioned<R>(people.get(reference)) : undefined),
    find: async <R>(type: string, query: Query) => {
      const [[, reference] = []] = query;
      const linked = [...people.values()].filter(
        one => one.resourceType === type && 'link' in one && JSON.stringify(one.link).includes(`"${reference}"`),
      );
      return linked.map(one => versioned<R>(one));
    },
  };
}

const ned = { contact: { email: 'ned@example.org' } };

export const invitation: Notice = {
  kind: 'notice',
  event: 'invitation',
  persons: [ned],
  language: 'en',
  parameters: {
    given: 'Ned',
    code: 'ABCD-EFGH',
    link: 'https://portal.example.org/invitation#ABCD-EFGH',
    topic: '',
    until: '2026-03-15T03:30:00Z',
  },
  about: 'Task/1',
};

export const newMessage: Notice = {
  kind: 'notice',
  event: 'new-message',
  persons: [ned],
  parameters: { link: 'https://portal.example.org/messages' },
  about: 'Communication/1',
};

/** A channel that does as it is told, and keeps what it was given. */
export function scripted(
  answer: (message: Message) => Promise<Sent> | Sent,
  name: 'email' | 'sms' = 'email',
): Channel & { sent: Message[] } {
  const sent: Message[] = [];
  return {
    name,
    addressOf: ({ email, phone }) => (name === 'email' ? email : phone),
    sent,
    async send(message) {
      sent.push(message);
      return answer(message);
    },
    close: async () => {},
  };
}
