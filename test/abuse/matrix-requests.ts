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

/** All that can be asked about `other`. */
export const attemptsAbout = (statement: CapabilityStatement, other: string): Attempt[] => [
  ...directAttempts(statement, other),
  ...searchAttempts(statement, other),
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

/** So many of these: one of each kind as far as they reach, the rest of any. */
export function drawn<T extends Pick<Attempt, 'kind'>>(
  all: readonly T[],
  count: number,
  number: (below: number) => number,
): T[] {
  const kinds = [...Map.groupBy(all, ({ kind }) => kind).values()];
  const shuffled = kinds.map(one => ({ at: number(2 ** 30), of: one[number(one.length)]! }));
  const each = shuffled.toSorted((a, b) => a.at - b.at).map(({ of }) => of);
  const rest = Array.from({ length: Math.max(0, count - each.length) }, () => all[number(all.length)]!);
  return [...each.slice(0, count), ...rest];
}
