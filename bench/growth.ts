/** How answers slow down as a store grows: the same requests at each size, against raw in the same minute. */
import { inArena } from './arena.js';
import { measureReads, residentOf, type Effort, type Reads } from './measure.js';
import { table } from './table.js';

export interface Grown {
  resources: number;
  reads: Reads;
  /** Megabytes. */
  resident: number;
}

/** One store that grows from size to size. */
export async function measureGrowth(sizes: readonly number[], effort: Effort): Promise<Grown[]> {
  return inArena(sizes[0]!, async arena => {
    const grown: Grown[] = [];
    for (const resources of sizes) {
      if (resources !== sizes[0]) await arena.fill(resources);
      grown.push({
        resources,
        reads: await measureReads(arena, { ...effort, resources: sizes[0]! }),
        resident: await residentOf(arena),
      });
    }
    return grown;
  });
}

/** Processor time of each answer, beside what it was at the first size. */
export function growthTable(grown: readonly Grown[]): string {
  const [first] = grown;
  const relative = ({ reads }: Grown, kind: keyof Reads['kinds']): number => reads.kinds[kind].cpu / reads.raw.cpu;
  const kinds = Object.keys(first!.reads.kinds) as (keyof Reads['kinds'])[];
  const rows = grown.map(one => [
    one.resources.toLocaleString('en'),
    ...kinds.map(
      kind =>
        `${one.reads.kinds[kind].cpu.toFixed(0)} µs, ${(relative(one, kind) / relative(first!, kind)).toFixed(2)} ×`,
    ),
    `${Math.round(one.resident)} MB`,
  ]);
  return table(['Resources', ...kinds, 'Resident memory'], rows);
}
