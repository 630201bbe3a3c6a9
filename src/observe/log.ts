/**
 * Structured log lines (JSON, one a line) that cannot hold health information or secrets: fixed event names, plain fields
 * whose text is scrubbed, errors without their messages (which may quote what a caller sent), people as keyed hashes.
 */
import { createHmac } from 'node:crypto';
import { pino, type DestinationStream } from 'pino';
import type { Config } from '../config/config.js';
import { instant } from '../fhir/instant.js';
import { Cache } from '../runtime/cache.js';
import { describeError } from './error-fields.js';
import { scrub } from './scrub.js';
import { standardOutput } from './standard-output.js';

/** Flat on purpose: an object would carry more than was meant. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** What is logged of a request: the route with placeholders (request-line.ts) instead of the address. */
export interface RequestLine {
  id: string;
  method: string;
  /** `/fhir/portal/Patient/:id` */
  route: string;
  status: number;
  /** From the first byte in to the last byte out. */
  ms: number;
  /** Actor.subject; written as a hash. */
  actor: string;
}

export interface Log {
  /** `event` is fixed text, the same for every occurrence; what differs goes into the fields. */
  debug(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, error: unknown, fields?: Fields): void;
  request(line: RequestLine): void;
  /** Resolves once all lines so far are handed to the operating system, or there is nobody to take them. */
  flush(): Promise<void>;
}

export interface LogOptions {
  level: Config['logLevel'];
  /** Key of the hashes that stand for actors: lines of one person can be told together only under one key. */
  actorKey: Uint8Array;
  /** Default: standard output. */
  destination?: DestinationStream;
}

export function createLog({ level, actorKey, destination }: LogOptions): Log {
  const lines = destination ?? standardOutput();
  const out = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: label => ({ level: label }) } },
    lines,
  );
  const time = now();
  const actorHash = remembered(actor => createHmac('sha256', actorKey).update(actor).digest('base64url').slice(0, 16));
  return {
    debug: (event, fields = {}) => out.debug(scrubbed(fields), scrub(event)),
    info: (event, fields = {}) => out.info(scrubbed(fields), scrub(event)),
    warn: (event, fields = {}) => out.warn(scrubbed(fields), scrub(event)),
    error: (event, error, fields = {}) => out.error({ ...scrubbed(fields), error: describeError(error) }, scrub(event)),
    // Every request has such a line, so it goes past pino; no field is the caller's own words: nothing to scrub.
    request: ({ id, method, route, status, ms, actor }) => {
      const severity = status >= 500 ? 'error' : 'info';
      if (!out.isLevelEnabled(severity)) return;
      const [spent, who] = [Math.round(ms * 10) / 10, actorHash(actor)];
      const line = { level: severity, time: time(), id, method, route, status, ms: spent, actor: who, msg: 'request' };
      lines.write(`${JSON.stringify(line)}\n`);
    },
    // The error it may tell is that pipes and terminals cannot be synced as files are.
    flush: () => new Promise(done => out.flush(() => done())),
  };
}

/** The time as text. Many requests end in one millisecond, and its text costs more than its line. */
function now(): () => string {
  let last = { ms: NaN, text: '' };
  return () => {
    const ms = Date.now();
    if (ms !== last.ms) last = { ms, text: instant(ms) };
    return last.text;
  };
}

const MAX_REMEMBERED = 10_000;

function remembered(hash: (text: string) => string): (text: string) => string {
  const known = new Cache<string>(MAX_REMEMBERED);
  return text => known.getOrMake(text, () => hash(text));
}

const secretName =
  /authorization|cookie|token|secret|passw|pwd|body|query|credential|api[-_]?key|private|assertion|session/i;

/** The fields without those whose name speaks of a secret, their text scrubbed. */
function scrubbed(fields: Fields): Fields {
  const entries = Object.entries(fields).map(([name, value]) => {
    if (secretName.test(name)) return [name, '[redacted]'];
    return [name, typeof value === 'string' ? scrub(value) : value];
  });
  return Object.fromEntries(entries) as Fields;
}
