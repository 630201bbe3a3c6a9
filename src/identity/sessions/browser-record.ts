/**
 * What the server keeps for a browser for a while: found by the secret in the browser's cookie, and sealed with it, so that the
 * store alone can read nothing of it.
 */
import { hkdfSync } from 'node:crypto';
import type { World } from '../../fhir/clock.js';
import { wonRace } from '../../fhir/fault.js';
import { newSecret } from '../../fhir/secret.js';
import type { DocumentChange, Records } from '../../store/port.js';
import { opened, seal } from '../seal.js';
import type { Cookies, WithHeaders } from './cookies.js';
import { hashOfSecret } from './session.js';

export interface BrowserRecords<Value> {
  /** Keeps a value in place of the browser's last one. `cookie` is the Set-Cookie field. */
  keep(value: Value): Promise<{ readonly secret: string; readonly cookie: string }>;
  of(request: WithHeaders): Promise<Kept<Value> | undefined>;
  /** Whether the value was still there; it is gone now. */
  take(kept: Kept<Value>): Promise<boolean>;
  /** The Set-Cookie field that forgets it. */
  forget(): string;
}

export interface Kept<Value> {
  readonly value: Value;
  /** The browser's own. */
  readonly secret: string;
  /** The change that ends it: exactly one of several commits has it. */
  readonly end: DocumentChange;
}

export interface BrowserRecordOptions {
  /** Of the record and the cookie. */
  readonly kind: string;
  /** Milliseconds. */
  readonly lasts: number;
}

export interface BrowserRecordParts extends Pick<World, 'clock' | 'random'> {
  readonly records: Pick<Records, 'get' | 'write'>;
  readonly cookies: Cookies;
}

/** @typeParam Value as JSON keeps it */
export function createBrowserRecords<Value>(
  { kind, lasts }: BrowserRecordOptions,
  { records, cookies, clock, random }: BrowserRecordParts,
): BrowserRecords<Value> {
  const keyOf = (secret: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', kind, 32));
  return {
    async keep(value) {
      const secret = newSecret(random);
      const sealed = seal(JSON.stringify(value), keyOf(secret), random);
      const document = { kind, id: hashOfSecret(secret), value: { sealed }, keys: {}, expires: clock.now() + lasts };
      await records.write({ op: 'put', document, expect: 0 });
      return { secret, cookie: cookies.set(kind, secret) };
    },
    async of(request) {
      const secret = cookies.read(request, kind);
      if (secret === undefined) return undefined;
      const document = await records.get(kind, hashOfSecret(secret), clock.now());
      if (!document) return undefined;
      const value = JSON.parse(opened(String(document.value['sealed']), keyOf(secret))) as Value;
      return { value, secret, end: { op: 'delete', kind, id: document.id, expect: document.version } };
    },
    take: ({ end }) => wonRace(records.write(end)),
    forget: () => cookies.clear(kind),
  };
}
