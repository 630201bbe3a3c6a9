/**
 * `npm run bench`: speed as ratios to raw `node:http` in the same run, on SQLite, with token, access check, audit and log.
 * `-- --growth` measures the same requests as a store grows to 1 million resources (`--sizes 10000,100000` for less).
 * `--write` puts what is printed into docs/performance.md.
 */
import { parseArgs } from 'node:util';
import { inArena } from './arena.js';
import type { Figures } from './goals.table.js';
import { growthTable, measureGrowth } from './growth.js';
import { measureReads, measureStarts, measureWrites, residentOf } from './measure.js';
import { goalTable, machine, rateTable, writeInto } from './table.js';

const RESOURCES = 10_000;
const SIZES = '10000,100000,1000000';

async function figures(): Promise<Figures> {
  const starts = await measureStarts();
  return inArena(RESOURCES, async arena => ({
    starts,
    reads: await measureReads(arena, RESOURCES),
    resident: await residentOf(arena),
    writes: await measureWrites(arena),
  }));
}

async function ratios(): Promise<string> {
  const measured = await figures();
  return [machine(), goalTable(measured), rateTable(measured)].join('\n\n');
}

async function growth(sizes: string): Promise<string> {
  return [machine(), growthTable(await measureGrowth(sizes.split(',').map(Number)))].join('\n\n');
}

const { values } = parseArgs({
  options: { growth: { type: 'boolean' }, sizes: { type: 'string', default: SIZES }, write: { type: 'boolean' } },
});
const text = values.growth ? await growth(values.sizes) : await ratios();
console.log(text);
if (values.write) writeInto(values.growth ? 'growth' : 'ratios', text);
