/**
 * Agreement with an independent validator: mutated and clean instances with its verdicts, and published examples.
 * Where that validator is laxer than the specification we are right to be stricter; the table says where, and why.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadDefinitions } from '../../src/definitions/load.js';
import { readTar } from '../../src/definitions/tar.js';
import type { Resource } from '../../src/fhir/resource.js';
import { createValidator, type Validator } from '../../src/validate/validator.js';

const root = process.cwd();
const data = path.join(root, '..', 'shared', 'data');
const packages = ['hl7.fhir.us.core-610.tgz', 'hl7.fhir.uv.ipa-1.0.0.tgz'].map(name =>
  path.join(data, 'ig-packages', name),
);

interface Case {
  id: string;
  kind: string;
  path: string;
  valid: boolean;
  first?: string;
  resource: Resource;
}

/** Kinds that the library lets pass and the specification does not. */
const stricter: Readonly<Record<string, string>> = {
  'string-control-char': 'Strings must not hold characters below U+0020 but tab, line feed and carriage return.',
  'empty-array-of-primitive': 'An array must not be empty: "just omit the property" (json.html).',
  'bad-base64Binary-alphabet': 'base64Binary has an alphabet of 64 characters and padding.',
  'bad-reference-format': 'Reference.reference is a relative or absolute URL of a resource, or a fragment.',
  'twin-wrong-length': 'An array and its _array are of one length, nulls where one has nothing (json.html#primitive).',
};

/** Published examples that the library faults too: what is wrong with each. */
const faulty: Readonly<Record<string, string>> = {
  'Bundle/66c8856b-ba11-4876-8aa8-467aad8c11a2': 'A fullUrl and the id of its resource disagree.',
  'Bundle/docref-example-2': 'A fullUrl and the id of its resource disagree.',
  'Observation/47576d19-ec6c-4ab9-b8e0-3e8ed99a35be': 'A us-core-category code newer than 6.1.0.',
  'Observation/a8972ead-fee5-4a96-be8a-9f2a77264d9d': 'A us-core-category code newer than 6.1.0.',
  'Observation/db06bd66-469d-4556-9883-cd6a8be1f7e9': 'A us-core-category code newer than 6.1.0.',
  'Observation/bef6c601-bc94-4f55-9f87-7f46afcc2943': 'A us-core-category code newer than 6.1.0.',
};

const skipReason = existsSync(data) ? undefined : `the reference data is not there (${data})`;

const lines = (file: string): string[] => gunzipSync(readFileSync(file)).toString().split('\n').filter(Boolean);

const isValid = (validator: Validator, resource: Resource): boolean =>
  !validator.validate(resource).some(({ severity }) => severity === 'error');

describe('agreement with an independent validator' + (skipReason ? ` (left out: ${skipReason})` : ''), () => {
  let validator: Validator;

  before(function () {
    if (skipReason) this.skip();
    validator = createValidator(loadDefinitions(root, packages), { root });
  });

  it('comes to the same verdict on at least 99.5 % of the cases', () => {
    const cases = lines(path.join(data, 'validation', 'cases.ndjson.gz')).map(line => JSON.parse(line) as Case);
    const apart = cases.filter(
      it => isValid(validator, it.resource) !== it.valid && !(it.valid && it.kind in stricter),
    );
    const shown = apart.map(
      ({ id, kind, path: place, valid }) => `${id} ${kind} ${place}: expected ${valid ? 'valid' : 'invalid'}`,
    );
    assert.ok(cases.length > 1800);
    assert.ok(apart.length <= cases.length * 0.005, shown.join('\n'));
  });

  it('finds the published examples valid, but for those the library faults too', () => {
    const wrong = [...examples()].filter(resource => !isValid(validator, resource)).map(nameOf);
    assert.deepEqual([...new Set(wrong)].sort(), Object.keys(faulty).sort());
  });
});

const nameOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id}`;

/** Entries of the Synthea and reference bundles, and all that the US Core package holds, its examples too. */
function* examples(): Generator<Resource> {
  for (const folder of ['synthea', 'us-core-reference']) {
    for (const file of readdirSync(path.join(data, folder))) {
      const resource = JSON.parse(readFileSync(path.join(data, folder, file), 'utf8')) as Resource;
      if (resource.resourceType !== 'Bundle') yield resource;
      for (const { resource: inner } of (resource['entry'] ?? []) as unknown as { resource: Resource }[]) yield inner;
    }
  }
  for (const [name, bytes] of readTar(gunzipSync(readFileSync(packages[0]!)))) {
    if (!/^package\/(example\/)?[A-Z][^/]*\.json$/.test(name)) continue;
    const resource = JSON.parse(bytes.toString()) as Resource;
    if (resource.resourceType) yield resource;
  }
}
