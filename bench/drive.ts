/** Requests of one kind by autocannon, and what they cost the process that answered. */
import autocannon from 'autocannon';
import type { Child, Usage } from './child.js';

export interface Load {
  base: string;
  token: string;
  /** Paths below the base, asked in turn. */
  paths?: readonly string[];
  /** Bodies, posted in turn to the path. */
  posts?: { path: string; bodies: readonly string[] };
  /** How many callers there are at once. */
  connections?: number;
}

export interface Run {
  /** Answers a second. */
  rate: number;
  /** Microseconds of processor time each took the answering process, all its threads together. */
  cpu: number;
}

const CONNECTIONS = 16;

/** Runs a load for so many seconds; rejects where an answer is no success. */
export async function drive(child: Child, load: Load, seconds: number): Promise<Run> {
  const { base: url, connections = CONNECTIONS } = load;
  const before = await child.ask<Usage>('usage');
  const result = await autocannon({ url, connections, duration: seconds, sampleInt: 100, requests: requestsOf(load) });
  const after = await child.ask<Usage>('usage');
  const answers = result['2xx'];
  if (result.non2xx > 0 || result.errors > 0 || answers === 0) {
    throw new Error(`${url}: ${answers} good answers, ${result.non2xx} others, ${result.errors} errors`);
  }
  return { rate: answers / result.duration, cpu: (after.cpu - before.cpu) / answers };
}

function requestsOf({ base, token, paths = [], posts }: Load): autocannon.Request[] {
  const { pathname } = new URL(base);
  const headers = { authorization: `Bearer ${token}` };
  const path = (below: string): string => `${pathname}/${below}`;
  if (!posts) return paths.map(below => ({ method: 'GET', path: path(below), headers }));
  const json = { ...headers, 'content-type': 'application/fhir+json' };
  return posts.bodies.map(body => ({ method: 'POST', path: path(posts.path), headers: json, body }));
}
