/** The figures as Markdown, and their place in docs/performance.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../src/project-root.js';
import type { Run } from './drive.js';
import { goals, type Figures, type Goal } from './goals.table.js';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

const isRatio = ({ unit }: Goal): boolean => unit.startsWith('of');
const shown = (goal: Goal, value: number): string =>
  isRatio(goal) ? value.toFixed(3) : `${Math.round(value)} ${goal.unit}`;

function verdict(goal: Goal, value: number): string {
  const reached = isRatio(goal) ? value / goal.goal : goal.goal / value;
  return reached >= 1 ? 'met' : `missed: ${Math.round(reached * 100)} % of it`;
}

/** Each figure against its goal. */
export function goalTable(figures: Figures): string {
  const rows = goals.map(goal => {
    const value = goal.of(figures);
    const unit = isRatio(goal) ? ` ${goal.unit}` : '';
    const bound = `${isRatio(goal) ? '≥' : '≤'} ${isRatio(goal) ? goal.goal : shown(goal, goal.goal)}`;
    return [goal.name, `${shown(goal, value)}${unit}`, bound, verdict(goal, value)];
  });
  return table(['What', 'Measured', 'Goal', ''], rows);
}

/** The absolute figures behind the ratios, and the processor time of each answer, which no slow client hides. */
export function rateTable({ reads, creates, commits }: Figures): string {
  const line = (name: string, { rate, cpu }: Run): string[] => [
    name,
    String(Math.round(rate)),
    cpu.toFixed(0),
    (reads.raw.cpu / cpu).toFixed(3),
  ];
  const rates = [
    line('raw node:http', reads.raw),
    ...Object.entries(reads.kinds).map(([kind, run]) => line(kind, run)),
  ];
  const written = [
    ['create over HTTP', creates.rate],
    ['the store, one caller', commits.single],
    ['the store, 16 callers', commits.grouped],
  ] as const;
  return table(
    ['', 'A second', 'µs of processor each', 'raw / this'],
    [...rates, ...written.map(([name, rate]) => [name, String(Math.round(rate)), '', ''])],
  );
}

export const machine = (): string => `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;

/** Puts the text between the marks `<!-- name -->` and `<!-- /name -->` of docs/performance.md. */
export function writeInto(name: string, text: string): void {
  const file = join(projectRoot(), 'docs/performance.md');
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const content = readFileSync(file, 'utf8');
  const [start, end] = [content.indexOf(open) + open.length, content.indexOf(close)];
  if (end < start) throw new Error(`docs/performance.md has no place for ${name}`);
  writeFileSync(file, `${content.slice(0, start)}\n\n${text}\n\n${content.slice(end)}`);
}
