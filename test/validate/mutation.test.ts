/**
 * Every element of every resource type and data type, set in a small instance and broken in every way that applies: the
 * answer has the right status, and an expression that leads to the element. One in twelve of some 48,000 mutants.
 */
import assert from 'node:assert/strict';
import { Fault } from '../../src/fhir/fault.js';
import type { Resource } from '../../src/fhir/resource.js';
import { definitions, errorsOf, validator } from './validator-fixture.js';
import { mutantsOf, placesInType, placesOf, type Place } from './mutants.js';

const sample = 12;

function allPlaces(): Place[] {
  const value = definitions.elements('Extension').find(({ name }) => name === 'value')!;
  const dataTypes = value.types.map(({ code }) => code).filter(code => definitions.type(code)?.kind === 'complex');
  return [
    ...definitions.resourceTypes.flatMap(type => placesOf(type, definitions)),
    ...dataTypes.flatMap(type => placesInType(type, definitions)),
  ];
}

/** 400, 422, or 0 where nothing is wrong. */
function statusOf(resource: Resource): number {
  try {
    validator.assertValid(resource);
    return 0;
  } catch (error) {
    assert.ok(error instanceof Fault);
    return error.kind === 'invalid' ? 400 : 422;
  }
}

const withoutIndexes = (expression = ''): string => expression.replaceAll(/\[\d+\]|_/g, '');

/** What is unexpected about the answers to the mutants of these places. */
function* surprises(places: readonly Place[]): Generator<string> {
  let count = 0;
  for (const place of places) {
    for (const { kind, path, status, resource } of mutantsOf(place, definitions)) {
      if (count++ % sample !== 0) continue;
      const found = statusOf(resource);
      if (found !== status) yield `${kind} ${path}: ${found}, not ${status}`;
      else if (!errorsOf(resource).some(({ expression }) => withoutIndexes(expression).startsWith(path))) {
        yield `${kind} ${path}: told of ${errorsOf(resource)[0]!.expression}`;
      }
    }
  }
}

describe('[R31] mutants', () => {
  const places = allPlaces();

  it('an instance with any one element is valid, but for rules on what must stand together', () => {
    const wrong = places.flatMap(({ path, make }) =>
      errorsOf(make().resource)
        .filter(({ code }) => code !== 'invariant')
        .map(({ code }) => `${code} ${path}`),
    );
    // Any text will do for an instance, but not for an expression or a reference.
    assert.deepEqual(wrong, ['invalid SearchParameter.expression', 'value Basic.extension.value.reference']);
  });

  it('each is refused with its status, and its place is named', () => {
    assert.deepEqual([...surprises(places)], []);
  });
});
