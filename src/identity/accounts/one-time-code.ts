/**
 * One-time codes: six digits that a person is sent and types. A code belongs to its purpose and to the browser that asked for
 * it; it is good for six minutes, once, and for five tries. Only a keyed hash of it is stored.
 */
import { createHash, createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { World } from '../../fhir/clock.js';
import { defined } from '../../fhir/defined.js';
import { wonRace } from '../../fhir/fault.js';
import type { Document, DocumentChange, Records } from '../../store/port.js';

export type CodePurpose = 'second-factor' | 'password' | 'address' | 'self-enrollment' | 'link';

/** What a code proves. */
export interface CodeMeaning {
  /** `Person/1`; absent: the code is nobody's, and no guess is right. */
  readonly account?: string;
  /** Of a change of address: the new one. */
  readonly address?: string;
}

export interface IssuedCode {
  readonly code: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly change: DocumentChange;
}

export interface OneTimeCodes {
  /**
   * A code for this browser, in place of its last one for the purpose.
   * @param browser a secret that the browser alone has
   */
  issue(purpose: CodePurpose, browser: string, meaning: CodeMeaning): IssuedCode;
  /** What a right code proves. Undefined for a wrong one, which counts, and for any where there is none. */
  verify(purpose: CodePurpose, browser: string, code: string): Promise<Proved | undefined>;
}

export interface Proved {
  readonly account: string;
  readonly address?: string;
  /** Uses the code up: exactly one of several commits has it. */
  readonly used: DocumentChange;
}

const KIND = 'one-time-code';

/** Milliseconds. */
export const CODE_LASTS = 6 * 60_000;
const TRIES = 5;
const DIGITS = 6;

interface CodeValue extends CodeMeaning {
  readonly hash: string;
  readonly tries: number;
}

/** Tries to count a try, where others are made at the same moment. */
const RACES = 10;

export function createOneTimeCodes(
  secret: KeyObject,
  { records, clock, random }: Pick<World, 'clock' | 'random'> & { records: Pick<Records, 'get' | 'write'> },
): OneTimeCodes {
  const idOf = (purpose: CodePurpose, browser: string): string =>
    createHash('sha256').update(`code:${purpose}:${browser}`).digest('hex');
  const hashOf = (id: string, code: string): string =>
    createHmac('sha256', secret).update(`code:${id}:${code}`).digest('hex');

  function provedBy(document: Document, code: string): Proved | undefined {
    const { hash, account, address } = document.value as unknown as CodeValue;
    if (account === undefined || !isEqual(hash, hashOf(document.id, code))) return undefined;
    return { account, used: endOf(document), ...defined({ address }) };
  }

  /** Whether the try was counted; not where somebody was faster. */
  function isCounted(document: Document): Promise<boolean> {
    const tries = Number(document.value['tries']) + 1;
    const { version: expect, ...rest } = document;
    const counted: DocumentChange = { op: 'put', document: { ...rest, value: { ...rest.value, tries } }, expect };
    return wonRace(records.write(tries >= TRIES ? endOf(document) : counted));
  }

  return {
    issue(purpose, browser, meaning) {
      const id = idOf(purpose, browser);
      const code = digitsOf(random.bytes(4));
      const until = clock.now() + CODE_LASTS;
      const value: CodeValue = { ...meaning, hash: hashOf(id, code), tries: 0 };
      return {
        code,
        until,
        change: { op: 'put', document: { kind: KIND, id, value: { ...value }, keys: {}, expires: until } },
      };
    },
    async verify(purpose, browser, code) {
      const typed = code.replace(/\D/g, '');
      for (let race = 0; race < RACES; race++) {
        const document = await records.get(KIND, idOf(purpose, browser), clock.now());
        if (!document) return undefined;
        const proved = provedBy(document, typed);
        if (proved || (await isCounted(document))) return proved;
      }
      return undefined;
    },
  };
}

const endOf = ({ kind, id, version: expect }: Document): DocumentChange => ({ op: 'delete', kind, id, expect });

const digitsOf = (bytes: Uint8Array): string =>
  String(Buffer.from(bytes).readUInt32BE() % 10 ** DIGITS).padStart(DIGITS, '0');

const isEqual = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'));
