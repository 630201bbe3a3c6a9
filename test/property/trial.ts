/** Tries of moves: each on a resource in a state, by a caller, with the answer that a model has for it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Resource } from '../../src/fhir/resource.js';
import type { Answer, Caller, Journey } from '../portal/journey.js';
import { samples } from '../fixtures/samples.js';
import type { Cast, Kind } from './cast.js';

/** How many of the cases are tried; on memory all. */
const RUNS: Record<string, number> = { sqlite: samples(120, 2000), mongo: samples(40, 500) };

export type Way = 'PUT' | 'PATCH';

/** One try: on a resource in this state, with the answer that the model has for it. */
export interface Try {
  readonly state: string;
  readonly kind: Kind;
  readonly how: string;
  readonly expected: number;
  /** What the answer does not tell by itself: it changes nothing. */
  readonly keeps?: boolean;
  readonly send: (at: Resource, caller: Caller) => Promise<Answer>;
}

/** Makes a resource in a state. */
export type Make = (state: string) => Promise<Resource>;

export const pathOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id}`;

/** A try on a resource that an earlier one may have left as it was. */
async function check(one: Try, { journey, cast, make, left, reader = () => 'demo-system' }: Trial): Promise<void> {
  const at = left.get(one.state) ?? (await make(one.state));
  left.delete(one.state);
  const answer = await one.send(at, cast.members[one.kind].caller);
  assert.equal(answer.status, one.expected, `${one.kind}: ${one.how} where it is ${one.state}: ${answer.text}`);
  const { body } = await journey.call(reader(one.state), 'GET', pathOf(at));
  const isSame = body.meta?.versionId === at.meta?.versionId;
  if (one.expected >= 300 || one.keeps === true)
    assert.ok(isSame, `${one.kind}: ${one.how} was refused, and changed something`);
  if (isSame) left.set(one.state, at);
}

export interface Trial {
  readonly journey: Journey;
  readonly cast: Cast;
  readonly make: Make;
  /** By state: a caller who sees the resource; the demo's system, if it is left out. */
  readonly reader?: (state: string) => Caller;
  /** By state: a resource that is still in it. */
  readonly left: Map<string, Resource>;
}

export async function tryAll(tries: readonly Try[], trial: Trial, store: string): Promise<void> {
  const runs = RUNS[store];
  if (runs === undefined) for (const one of tries) await check(one, trial);
  else
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...tries), one => check(one, trial)),
      { numRuns: runs },
    );
}

/** A plain update of one element. */
export const update =
  (journey: Journey, way: Way, element: string, value: unknown) =>
  (at: Resource, caller: Caller): Promise<Answer> => {
    if (way === 'PUT') return journey.call(caller, 'PUT', pathOf(at), { ...at, [element]: value });
    const patch = [{ op: 'replace', path: `/${element}`, value }];
    return journey.call(caller, 'PATCH', pathOf(at), patch, { 'content-type': 'application/json-patch+json' });
  };

export const WAYS: readonly Way[] = ['PUT', 'PATCH'];
export const kindsOf = ({ members }: Cast): Kind[] => Object.keys(members) as Kind[];
