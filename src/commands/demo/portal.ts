/**
 * A portal as the demo calls it: by fhir-kit-client, with tokens of the development issuer, and its folders of e-mails and text messages.
 * Each call prints its request and its answer, and rejects where the answer has another status than the demo expects.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'fhir-kit-client';
import { developmentToken } from '../../access/development-issuer.js';
import { loadSigningKey } from '../../access/signing-key.js';
import { openMailbox } from '../../delivery/mailbox.js';
import type { Config } from '../../config/config.js';
import { defined } from '../../fhir/defined.js';
import type { Resource } from '../../fhir/resource.js';
import { exchangeOf, type Exchange } from './exchange.js';
import type { Email, Printer } from './printer.js';

/** Who calls: a demo client (`demo-ehr`), for another person if named (`demo-patient as Person/1`), or nobody. */
export type Caller = string | undefined;

/** An operation of one resource (`Patient/1`) or of a type (`Patient`). */
export interface OperationCall {
  name: string;
  on: string;
  input?: Resource;
  /** GET for what changes nothing. Default: POST. */
  method?: 'GET' | 'POST';
  /** Default: 200. */
  status?: number;
}

/** Milliseconds. */
const PATIENCE = 15_000;
const INTERVAL = 100;
/** E-mails looked through, newest first. */
const RECENT = 100;

export class Portal {
  private readonly config: Config;
  private readonly printer: Printer;
  private readonly system: string;
  private readonly mailbox: ReturnType<typeof openMailbox>;
  private readonly clients = new Map<Caller, Promise<Client>>();
  /** Ids of the e-mails printed. */
  private readonly read = new Set<string>();

  constructor(config: Config, printer: Printer) {
    this.config = config;
    this.mailbox = openMailbox(config.mail.folder, config.sms.folder);
    this.printer = printer;
    this.system = developmentToken(loadSigningKey(config.dataFolder), 'demo-system', undefined, Date.now());
  }

  /** Base of the canonical URLs of the portal's own definitions. */
  get canonicalUrl(): string {
    return this.config.canonicalUrl;
  }

  step(title: string): void {
    this.printer.step(title);
  }

  create(as: Caller, body: Resource, status = 201): Promise<Resource> {
    return this.call(as, status, client => client.create({ resourceType: body.resourceType, body }), body);
  }

  update(as: Caller, body: Resource & { id?: string }): Promise<Resource> {
    const { resourceType, id = '' } = body;
    return this.call(as, 200, client => client.update({ resourceType, id, body }), body);
  }

  /** @param reference `Binary/1` */
  get(as: Caller, reference: string): Promise<Resource> {
    return this.call(as, 200, client => client.request(reference));
  }

  search(as: Caller, resourceType: string, searchParams: Record<string, string>): Promise<Resource> {
    return this.call(as, 200, client => client.resourceSearch({ resourceType, searchParams }));
  }

  operation(as: Caller, { name, on, input, method = 'POST', status = 200 }: OperationCall): Promise<Resource> {
    const [resourceType = '', id] = on.split('/');
    const call = { name, resourceType, method, ...defined({ id, input }) };
    return this.call(as, status, client => client.operation(call), input);
  }

  private async call(
    as: Caller,
    status: number,
    send: (client: Client) => Promise<object>,
    body?: Resource,
  ): Promise<Resource> {
    const client = await this.clientOf(as);
    const exchange = await exchangeOf(send(client)).catch(() => this.unreachable());
    this.print(as, exchange, body);
    if (exchange.status !== status) throw new Error(`status ${exchange.status} in place of ${status}`);
    return exchange.answer;
  }

  private print(as: Caller, { method, url, status, answer }: Exchange, body: Resource | undefined): void {
    const path = decodeURIComponent(url.slice(this.base.length + 1));
    this.printer.request(`${method} ${path}  (${as ?? 'nobody'})`, body);
    this.printer.answer(status, answer);
  }

  private get base(): string {
    return `${this.config.url}/fhir/portal`;
  }

  private unreachable(): never {
    throw new Error(`nobody answers at ${this.config.url}`);
  }

  private clientOf(caller: Caller): Promise<Client> {
    const known = this.clients.get(caller) ?? this.newClient(caller);
    this.clients.set(caller, known);
    return known;
  }

  private async newClient(caller: Caller): Promise<Client> {
    const bearerToken = caller === undefined ? undefined : await this.token(caller);
    return new Client({ baseUrl: this.base, ...defined({ bearerToken }) });
  }

  /** The development issuer's token for a client, for another person if named. */
  private async token(caller: string): Promise<string> {
    const [client = '', person] = caller.split(' as ');
    const response = await fetch(`${this.config.url}/development/token`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.system}` },
      body: new URLSearchParams({ client_id: client, ...defined({ person }) }),
    }).catch(() => this.unreachable());
    if (!response.ok)
      throw new Error(`no token for ${caller}: is this server in demo mode, with the same PORTICO_DATA?`);
    return ((await response.json()) as { access_token: string }).access_token;
  }

  /** Waits for the next e-mail or text message to this address, and prints it. */
  async mail(to: string): Promise<Email> {
    for (let waited = 0; waited < PATIENCE; waited += INTERVAL) {
      const mail = await this.unread(to);
      if (mail) {
        this.printer.mail(mail);
        return mail;
      }
      await pause(INTERVAL);
    }
    throw new Error(`nothing was sent to ${to}`);
  }

  private async unread(to: string): Promise<Email | undefined> {
    const mails = await this.mailbox.list(RECENT);
    const next = mails.find(mail => mail.to === to && !this.read.has(mail.id));
    if (!next) return undefined;
    this.read.add(next.id);
    return this.mailbox.read(next.id);
  }
}
