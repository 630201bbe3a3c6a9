/** Follows one hash chain through its segments and files, which may come in any order. */
import { START } from './chain.js';
import type { SegmentInfo } from './segment.js';

/** Where a chain stands: lines so far, and the link of the last. */
export interface ChainPlace {
  readonly line: number;
  readonly link: string;
}

export const BEGINNING: ChainPlace = { line: 0, link: START };

/** A segment or file of a chain. */
export type Part = Pick<SegmentInfo, 'chain' | 'line' | 'count' | 'start' | 'end'> & { readonly name: string };

export interface FollowedChain {
  /** Takes a part into account; what is wrong with its place is added to the problems. */
  add(part: Part, problems: string[]): void;
  /** Whether a part that begins with this line was there. */
  has(line: number): boolean;
  /** No more parts: what does not join the chain is a problem. */
  end(problems: string[]): void;
}

/** @param beginning where the first part has to continue; parts before it were dropped, but for those out of order */
export function followed(beginning: ChainPlace): FollowedChain {
  let { line, link } = beginning;
  const waiting = new Map<number, Part>();
  const seen = new Set<number>();

  function advance(problems: string[]): void {
    for (let next = waiting.get(line); next; next = waiting.get(line)) {
      waiting.delete(line);
      if (next.start !== link) problems.push(`${next.name}: it does not continue its chain`);
      line += next.count;
      link = next.end;
    }
  }

  return {
    has: first => seen.has(first),
    add(part, problems) {
      if (seen.has(part.line)) problems.push(`${part.name}: its lines are stored twice`);
      seen.add(part.line);
      if (part.line >= line) waiting.set(part.line, part);
      else if (part.line >= beginning.line) problems.push(`${part.name}: its lines are stored twice`);
      advance(problems);
    },
    end(problems) {
      for (const part of [...waiting.values()].toSorted((a, b) => a.line - b.line)) {
        if (part.line > line) problems.push(`${part.name}: lines ${line + 1} to ${part.line} of its chain are missing`);
        line = part.line + part.count;
      }
    },
  };
}
