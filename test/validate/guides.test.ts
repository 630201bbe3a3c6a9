/**
 * US Core and IPA on their own published examples: each is valid under its profiles, and without what a profile requires it
 * is not; the same with snapshots made here from the profiles' differentials.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Definitions } from '../../src/definitions/definitions.js';
import { loadDefinitions } from '../../src/definitions/load.js';
import type { ElementDefinition, StructureDefinition } from '../../src/definitions/slim.js';
import { withSnapshot } from '../../src/definitions/snapshot.js';
import { readTar } from '../../src/definitions/tar.js';
import type { Json, JsonObject, Resource } from '../../src/fhir/resource.js';
import { createValidator, type Validator } from '../../src/validate/validator.js';

const folder = path.join(process.cwd(), '..', 'shared', 'data', 'ig-packages');
const packages = ['hl7.fhir.us.core-610.tgz', 'hl7.fhir.uv.ipa-1.0.0.tgz'].map(name => path.join(folder, name));
const isGuides = (url: string): boolean => /^http:\/\/hl7\.org\/fhir\/(?:us\/core|uv\/ipa)\//.test(url);

/** Published with faults of their own (verdicts.test.ts), or on a base that is in a package not at hand. */
const leftOut = new Set(['us-core-questionnaireresponse']);

interface Example {
  resource: Resource;
  profile: StructureDefinition;
}

function* examples(definitions: Definitions): Generator<Example> {
  for (const file of packages) {
    for (const [name, bytes] of readTar(gunzipSync(readFileSync(file)))) {
      if (!/^package\/example\/[A-Z][^/]*\.json$/.test(name)) continue;
      const resource = JSON.parse(bytes.toString()) as Resource;
      for (const canonical of resource.meta?.profile ?? []) {
        const profile = definitions.structure(canonical) as StructureDefinition | undefined;
        if (profile && isGuides(profile.url) && !leftOut.has(profile.url.split('/').at(-1)!))
          yield { resource, profile };
      }
    }
  }
}

/** The same definitions, with the guides' snapshots made here. */
function withOwnSnapshots(definitions: Definitions): Definitions {
  const made = new Map<string, StructureDefinition>();
  const structure = (canonical: string): StructureDefinition | undefined => {
    const published = definitions.structure(canonical) as StructureDefinition | undefined;
    if (!published || !isGuides(published.url) || leftOut.has(published.url.split('/').at(-1)!)) return published;
    const { snapshot: _published, ...differential } = published;
    const known = made.get(published.url) ?? withSnapshot(differential, structure);
    made.set(published.url, known);
    return known;
  };
  return { ...definitions, structure };
}

/** The resource without an element; undefined if it has none. */
function without(resource: Resource, { path: place }: ElementDefinition): Resource | undefined {
  const copy = structuredClone(resource);
  const names = place.split('.').slice(1);
  return removeAll(copy, names) ? copy : undefined;
}

function removeAll(value: Json | undefined, [name = '', ...rest]: readonly string[]): boolean {
  if (Array.isArray(value)) return value.map(item => removeAll(item, [name, ...rest])).includes(true);
  if (typeof value !== 'object' || value === null) return false;
  const object = value as JsonObject;
  const plain = name.replace('[x]', '');
  const own = new RegExp(`^_?${plain}${name === plain ? '' : '[A-Z].*'}$`);
  const keys = Object.keys(object).filter(key => own.test(key));
  if (rest.length > 0) return keys.map(key => removeAll(object[key], rest)).includes(true);
  return keys.map(key => Reflect.deleteProperty(object, key)).includes(true);
}

const isValid = (validator: Validator, resource: Resource): boolean =>
  !validator.validate(resource).some(({ severity }) => severity === 'error');

/** Ids of elements that the example may be without, though its profile requires them. */
function unnoticed(validator: Validator, { resource, profile }: Example): string[] {
  const required = profile.snapshot!.element.slice(1).filter(({ min, id }) => min! > 0 && !id.includes(':'));
  return required
    .filter(element => {
      const changed = without(resource, element);
      return changed !== undefined && isValid(validator, changed);
    })
    .map(({ id }) => `${resource.id}: ${id}`);
}

describe('[R105] guides on their own examples', function () {
  let published: Definitions;

  before(function () {
    if (!existsSync(folder)) this.skip();
    published = loadDefinitions(process.cwd(), packages);
  });

  const snapshots = { published: (): Definitions => published, 'made here': () => withOwnSnapshots(published) };
  for (const [title, definitions] of Object.entries(snapshots)) {
    it(`snapshots ${title}: valid as published, not without what is required`, () => {
      const validator = createValidator(definitions(), { root: process.cwd() });
      const all = [...examples(published)];
      assert.ok(all.length > 90, String(all.length));
      assert.deepEqual(
        all.filter(({ resource }) => !isValid(validator, resource)).map(({ resource }) => resource.id),
        [],
      );
      assert.deepEqual(
        all.flatMap(example => unnoticed(validator, example)),
        [],
      );
    });
  }
});
