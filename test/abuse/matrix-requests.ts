/** What the matrix asks: all that a statement declares, drawn by a seed so that each kind of request comes. */
import type { CapabilityStatement } from 'fhir/r4.js';
import { nameOf } from './two-patients.js';
import { directAttempts, searchAttempts, type Attempt } from './walk.js';

const FHIR = { 'content-type': 'application/fhir+json' };

/** Every operation that is declared, on each level, about `other`. */
function operationAttempts({ rest }: CapabilityStatement, other: string): Attempt[] {
  const [{ resource = [], operation: whole = [] } = {}] = rest ?? [];
  const parameters = (type: string) => ({
    resourceType: 'Parameters',
    parameter: [{ name: type.toLowerCase(), valueReference: { reference: `${type}/${nameOf(other, type)}` } }],
  });
  const calls = (type: string, name: string): Attempt[] => {
    const levels = [`${type}/$${name}`, `${type}/${nameOf(other, type)}/$${name}`];
    return levels.flatMap((path, at): Attempt[] => [
      { kind: `$${name} ${at}`, method: 'GET', path },
      { kind: `$${name} ${at} POST`, method: 'POST', path, headers: FHIR, body: { resourceType: 'Parameters' } },
      { kind: `$${name} ${at} about`, method: 'POST', path, headers: FHIR, body: parameters(type) },
    ]);
  };
  return [
    ...resource.flatMap(({ type, operation = [] }) => operation.flatMap(({ name }) => calls(type, name))),
    ...whole.map(({ name }): Attempt => ({ kind: `$${name}`, method: 'GET', path: `$${name}` })),
  ];
}

/** All that can be asked about `other`. @param few without searches */
export const attemptsAbout = (statement: CapabilityStatement, other: string, few = false): Attempt[] => [
  ...directAttempts(statement, other),
  ...(few ? [] : searchAttempts(statement, other)),
  ...operationAttempts(statement, other),
];

/** Numbers from 0 to before `below`, of which the seed decides (https://en.wikipedia.org/wiki/Xorshift). */
export function numbersOf(seed: number): (below: number) => number {
  // Seeds in a row are to have little in common.
  let state = Math.imul(seed, 0x9e3779b1) || 1;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Chains, includes and `_has`: what leads from one resource to another, where a hidden one may be on the way. */
const LEADING = /_has:|_(rev)?include|:[A-Z][A-Za-z]+\./;

/** Types of which there are resources of the patients. */
const HELD = new Set([
  ...['Patient', 'RelatedPerson', 'Person', 'Communication', 'Task', 'Binary', 'DocumentReference', 'Observation'],
]);

const isLeading = ({ path }: Pick<Attempt, 'path'>): boolean =>
  LEADING.test(path) &&
  [...path.matchAll(/[A-Z][A-Za-z]{3,}/g)].every(([type]) => HELD.has(type) || type.startsWith('Z'));

/** So many of these: half of them of as many kinds as there are, the others such as lead from one resource to another. */
export function drawn<T extends Attempt>(all: readonly T[], count: number, number: (below: number) => number): T[] {
  const kinds = [...Map.groupBy(all, ({ kind }) => kind).values()];
  const one = (list: readonly T[]): T => list[number(list.length)]!;
  const shuffled = kinds.map(of => ({ at: number(2 ** 30), of: one(of) })).toSorted((a, b) => a.at - b.at);
  const each = shuffled.slice(0, Math.ceil(count / 2)).map(({ of }) => of);
  const leading = all.filter(isLeading);
  return [...each, ...Array.from({ length: count - each.length }, () => one(number(4) === 0 ? all : leading))];
}
