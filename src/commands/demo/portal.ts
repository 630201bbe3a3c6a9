/** A portal as the demo calls it: over HTTP, with tokens of the development issuer, and its folder of e-mails. */
import { setTimeout as pause } from 'node:timers/promises';
import { developmentToken } from '../../access/development-issuer.js';
import { loadSigningKey } from '../../access/signing-key.js';
import { openMailbox } from '../../delivery/mailbox.js';
import type { Config } from '../../config/config.js';
import type { Resource } from '../../fhir/resource.js';
import type { Email, Printer } from './printer.js';
import { defined } from '../../fhir/defined.js';

export interface Call {
  /** A demo client, `demo-patient as Person/1`; absent: nobody. */
  as?: string;
  method: 'GET' | 'POST';
  /** Below the portal's base. */
  path: string;
  body?: Resource;
  /** The status that the answer must have. */
  status: number;
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
  /** Ids of the e-mails printed. */
  private readonly read = new Set<string>();

  constructor(config: Config, printer: Printer) {
    this.config = config;
    this.mailbox = openMailbox(config.mail.folder);
    this.printer = printer;
    this.system = developmentToken(loadSigningKey(config.dataFolder), 'demo-system', undefined, Date.now());
  }

  step(title: string): void {
    this.printer.step(title);
  }

  /** Calls, prints the request and the answer, and gives the answer's resource. Rejects where the status is another. */
  async call(call: Call): Promise<Resource> {
    const { as, method, path, body, status } = call;
    this.printer.request(`${method} ${path}  (${as ?? 'nobody'})`, body);
    const response = await this.fetch(`/fhir/portal/${path}`, {
      method,
      headers: {
        accept: 'application/fhir+json',
        ...(as === undefined ? {} : { authorization: `Bearer ${await this.token(as)}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Resource;
    this.printer.answer(response.status, answer);
    if (response.status !== status) throw new Error(`status ${response.status} in place of ${status}`);
    return answer;
  }

  private fetch(path: string, init: RequestInit): Promise<Response> {
    return fetch(`${this.config.url}${path}`, init).catch(() => {
      throw new Error(`nobody answers at ${this.config.url}`);
    });
  }

  /** The development issuer's token for a client, for another person if named. */
  private async token(caller: string): Promise<string> {
    const [client = '', person] = caller.split(' as ');
    const response = await this.fetch('/development/token', {
      method: 'POST',
      headers: { authorization: `Bearer ${this.system}` },
      body: new URLSearchParams({ client_id: client, ...defined({ person }) }),
    });
    if (!response.ok)
      throw new Error(`no token for ${caller}: is this server in demo mode, with the same PORTICO_DATA?`);
    return ((await response.json()) as { access_token: string }).access_token;
  }

  /** Waits for the next e-mail to this address, and prints it. */
  async mail(to: string): Promise<Email> {
    for (let waited = 0; waited < PATIENCE; waited += INTERVAL) {
      const mail = await this.unread(to);
      if (mail) return (this.printer.mail(mail), mail);
      await pause(INTERVAL);
    }
    throw new Error(`no e-mail to ${to} in ${this.config.mail.folder}`);
  }

  private async unread(to: string): Promise<Email | undefined> {
    const mails = await this.mailbox.list(RECENT);
    const next = mails.find(mail => mail.to === to && !this.read.has(mail.id));
    if (!next) return undefined;
    this.read.add(next.id);
    return this.mailbox.read(next.id);
  }
}
