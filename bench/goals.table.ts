/** The rows of the table in docs/performance.md: what is measured, and what it should come to. */
import type { Proxies } from './proxies.js';
import type { Commits, Creates, Reads } from './measure.js';

export interface Figures {
  reads: Reads;
  creates: Creates;
  commits: Commits;
  proxies: Proxies;
  /** Milliseconds. */
  starts: { empty: number; again: number };
  /** Microseconds. */
  lookUp: number;
  /** Reads at the end of a long run as a share of reads at its beginning. */
  sustained: number;
  /** Megabytes, after all requests. */
  resident: number;
}

export interface Goal {
  name: string;
  of(figures: Figures): number;
  unit: 'of raw' | 'of the store' | 'of the beginning' | 'of the patient' | 'µs' | 'ms' | 'MB';
  /** At least, for ratios; at most, for all others. */
  goal: number;
}

const rate = (kind: keyof Reads['kinds']) => (figures: Figures) =>
  figures.reads.kinds[kind].rate / figures.reads.raw.rate;

export const goals: readonly Goal[] = [
  { name: 'Read by id', of: rate('read'), unit: 'of raw', goal: 0.4 },
  { name: 'Inbox, page of 20 of 1,500', of: rate('inbox'), unit: 'of raw', goal: 0.09 },
  { name: 'The same with its one sender (`_include`)', of: rate('include'), unit: 'of raw', goal: 0.07 },
  { name: 'Search by identifier', of: rate('identifier'), unit: 'of raw', goal: 0.24 },
  { name: 'Chained search', of: rate('chain'), unit: 'of raw', goal: 0.06 },
  {
    name: 'Create, validated',
    of: ({ creates, reads }) => creates.rate / reads.raw.rate,
    unit: 'of raw',
    goal: 0.02,
  },
  {
    name: 'Create, validated',
    of: ({ creates, commits }) => creates.rate / commits.single,
    unit: 'of the store',
    goal: 0.9,
  },
  { name: 'Look-up of an access token, in each request', of: ({ lookUp }) => lookUp, unit: 'µs', goal: 5 },
  { name: 'Read by a proxy', of: ({ proxies }) => proxies.read, unit: 'of the patient', goal: 0.87 },
  { name: 'Inbox by a proxy', of: ({ proxies }) => proxies.inbox, unit: 'of the patient', goal: 0.87 },
  { name: 'Create by a proxy', of: ({ proxies }) => proxies.create, unit: 'of the patient', goal: 0.87 },
  { name: 'Event-loop stall under creates, p99.9', of: ({ creates }) => creates.stall, unit: 'ms', goal: 10 },
  { name: 'Start in an empty data folder', of: ({ starts }) => starts.empty, unit: 'ms', goal: 1500 },
  { name: 'Start after that', of: ({ starts }) => starts.again, unit: 'ms', goal: 1500 },
  {
    name: 'Reads at the end of a long run of them',
    of: ({ sustained }) => sustained,
    unit: 'of the beginning',
    goal: 0.95,
  },
  { name: 'Resident memory after all requests', of: ({ resident }) => resident, unit: 'MB', goal: 300 },
];
