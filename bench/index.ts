/**
 * `npm run bench`: speed as ratios to raw `node:http` in the same run, on SQLite, with token, access check, audit and log.
 * `-- --growth` measures the same requests as a store grows to 1 million resources (`--sizes 10000,100000` for less).
 * `-- --queues` measures the page of a queue of 1,000 work items and of 100,000 (`--sizes` too).
 * `--write` puts what is printed into docs/performance.md. `--sustained 3600` reads without a
 * pause for that many seconds instead of 120. `--quick` is over in a minute, to see that it works: its figures mean little.
 */
import { parseArgs } from 'node:util';
import { inArena } from './arena.js';
import type { Figures } from './goals.table.js';
import { growthTable, measureGrowth } from './growth.js';
import {
  measureCommits,
  measureCreates,
  measureLookUp,
  measureReads,
  measureStarts,
  measureSustained,
  residentOf,
  type Effort,
} from './measure.js';
import { measureProxies } from './proxies.js';
import { measureQueues, queueTable } from './queues.js';
import { goalTable, machine, rateTable, writeInto } from './table.js';

const USUAL: Effort = { resources: 10_000, rounds: 3, seconds: 1.5, sustained: 120 };
const QUICK: Effort = { resources: 10_000, rounds: 1, seconds: 0.4, sustained: 2 };
const SIZES = '10000,100000,1000000';
const QUEUES = '1000,100000';

async function figures(effort: Effort): Promise<Figures> {
  const starts = await measureStarts();
  return inArena(effort.resources, async arena => ({
    starts,
    reads: await measureReads(arena, effort),
    lookUp: await measureLookUp(arena, effort),
    creates: await measureCreates(arena, effort),
    proxies: await measureProxies(arena, effort),
    sustained: await measureSustained(arena, effort),
    resident: await residentOf(arena),
    commits: await measureCommits(arena, effort),
  }));
}

async function ratios(effort: Effort): Promise<string> {
  const measured = await figures(effort);
  return [machine(), goalTable(measured), rateTable(measured)].join('\n\n');
}

async function growth(sizes: string, effort: Effort): Promise<string> {
  return [machine(), growthTable(await measureGrowth(sizes.split(',').map(Number), effort))].join('\n\n');
}

async function queues(sizes: string, effort: Effort): Promise<string> {
  return [machine(), queueTable(await measureQueues(sizes.split(',').map(Number), effort))].join('\n\n');
}

const { values } = parseArgs({
  options: {
    growth: { type: 'boolean' },
    queues: { type: 'boolean' },
    sizes: { type: 'string' },
    write: { type: 'boolean' },
    quick: { type: 'boolean' },
    sustained: { type: 'string' },
  },
});
const usual = values.quick ? QUICK : USUAL;
const effort = { ...usual, sustained: Number(values.sustained ?? usual.sustained) };
async function printed(): Promise<[name: string, text: string]> {
  const { sizes } = values;
  if (values.queues) return ['queues', await queues(sizes ?? QUEUES, effort)];
  return values.growth ? ['growth', await growth(sizes ?? SIZES, effort)] : ['ratios', await ratios(effort)];
}

const [name, text] = await printed();
console.log(text);
if (values.write) writeInto(name, text);
