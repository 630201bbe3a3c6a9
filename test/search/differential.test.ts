/** Compiled expressions against the FHIRPath engine, on synthetic patients where they are at hand. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import type { Json, Resource } from '../../src/fhir/resource.js';
import { unionParts } from '../../src/search/expression/syntax.js';
import { registry } from './searching.js';
import { samples } from '../fixtures/samples.js';

const folder = join(process.cwd(), '..', 'shared', 'data', 'synthea');

interface Engine {
  compile(expression: string, model: unknown): (resource: Resource) => Json[];
}

const require = createRequire(join(process.cwd(), 'package.json'));

/**
 * The expression as the engine takes it. `as` fails there on more than one value, where parameters mean each; and what
 * `resolve()` would find is told by the reference.
 */
const forEngine = (expression: string): string =>
  expression
    .replace(/\((\S+) as (\w+)\)/g, '$1.ofType($2)')
    .replace(/\.as\((\w+)\)/g, '.ofType($1)')
    .replace(/where\(resolve\(\) is (\w+)\)/g, "where(reference.startsWith('$1/'))");

/** As a set: FHIRPath's union drops what is there twice. */
const distinct = (values: readonly Json[]): string[] => [...new Set(values.map(value => JSON.stringify(value)))].sort();

/** The resources of the bundles, their references as they are on a server. */
function patients(): Resource[] {
  const bundles = readdirSync(folder).map(file => readFileSync(join(folder, file), 'utf8'));
  return bundles.flatMap(text => {
    const { entry } = JSON.parse(text) as { entry: { fullUrl: string; resource: Resource }[] };
    const types = new Map(entry.map(({ fullUrl, resource }) => [fullUrl, resource.resourceType]));
    const served = text.replace(
      /"urn:uuid:([0-9a-f-]+)"/g,
      (urn, id: string) => `"${types.get(urn.slice(1, -1)) ?? 'Basic'}/${id}"`,
    );
    return (JSON.parse(served) as { entry: { resource: Resource }[] }).entry.map(({ resource }) => resource);
  });
}

/** So many of a type: the same kind of resource again and again teaches nothing. */
const ENOUGH = samples(12, 1000);

describe('search/expression against FHIRPath', () => {
  if (!existsSync(folder)) {
    it('compares synthetic patients: none at hand, nothing compared', () => undefined);
    return;
  }

  it('gives the same values for every R4 parameter', () => {
    const engine = require('fhirpath') as Engine;
    const model: unknown = require('fhirpath/fhir-context/r4');
    const byType = Map.groupBy(patients(), resource => resource.resourceType);
    let values = 0;
    for (const [type, resources] of byType) {
      const concerns = new RegExp(`^\\(*(${type}|Resource|DomainResource)\\b`);
      for (const param of registry.of(type)) {
        const own = unionParts(param.expression ?? '').filter(part => concerns.test(part));
        if (own.length === 0) continue;
        const evaluate = engine.compile(own.map(forEngine).join(' | '), model);
        for (const resource of resources.slice(0, ENOUGH)) {
          const found = distinct(param.select(resource, resource));
          assert.deepEqual(found, distinct(evaluate(resource)), `${type} ${param.code} ${own.join(' | ')}`);
          values += found.length;
        }
      }
    }
    assert.ok(values > 1000, String(values));
  });
});
