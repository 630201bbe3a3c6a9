/** Every profile of ours has an example that conforms and counter-examples, each of which breaks the rule it is named after. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { StructureDefinition } from 'fhir/r4.js';
import { loadDefinitions } from '../../src/definitions/load.js';
import type { Issue } from '../../src/fhir/fault.js';
import type { Resource } from '../../src/fhir/resource.js';
import { createValidator } from '../../src/validate/validator.js';

const root = process.cwd();
const folder = path.join(root, 'profiles');
const read = (...names: string[]): Resource =>
  JSON.parse(readFileSync(path.join(folder, ...names), 'utf8')) as Resource;

const names = readdirSync(folder, { withFileTypes: true })
  .filter(entry => entry.isDirectory() && entry.name !== 'terminology')
  .map(({ name }) => name);

/** Issue codes by which a rule of each kind shows itself. */
const codes: Record<string, readonly string[]> = {
  min: ['required'],
  max: ['structure'],
  type: ['structure', 'value'],
  fixed: ['value'],
  pattern: ['value'],
  binding: ['code-invalid'],
};

/** Whether the issue is that of the rule: an invariant's key, or an element's path and the kind of rule. */
function isOf(issue: Issue, rule: string, type: string): boolean {
  const [, element, kind] = /^(.*)-(min|max|type|fixed|pattern|binding)$/.exec(rule) ?? [];
  if (element === undefined || kind === undefined)
    return issue.code === 'invariant' && issue.diagnostics.startsWith(`${rule}:`);
  const place = `${type}.${element.replaceAll('-', '.')}`;
  const found = issue.expression?.replace(/\[\d+\]/g, '') ?? '';
  const slice = place.slice(place.lastIndexOf('.') + 1);
  const isSlice = `${found}.${slice}` === place && issue.diagnostics.includes(`:${slice}`);
  return codes[kind]!.includes(issue.code) && (found === place || isSlice);
}

describe('profiles of the portal', () => {
  const validator = createValidator(loadDefinitions(root), { root });
  const errorsOf = (resource: Resource): Issue[] =>
    validator.validate(resource).filter(({ severity }) => severity === 'error');

  for (const name of names) {
    const counters = readdirSync(path.join(folder, name)).filter(file => file.startsWith('counter-'));

    it(`${name}: the example conforms`, () => {
      assert.deepEqual(validator.validate(read(name, 'example.json')), []);
    });

    it(`${name}: has counter-examples, and the profile itself is valid`, () => {
      assert.ok(counters.length > 0);
      assert.deepEqual(errorsOf(read(name, 'profile.json')), []);
    });

    it(`${name}: marks what must be supported, and all that it requires is among that`, () => {
      const { type, differential } = read(name, 'profile.json') as unknown as StructureDefinition;
      const elements = differential?.element ?? [];
      assert.ok(elements.some(({ mustSupport }) => mustSupport === true));
      const required = elements.filter(({ id, min = 0 }) => min > 0 && type !== 'Extension' && id !== type);
      assert.deepEqual(
        required.filter(({ mustSupport }) => mustSupport !== true).map(({ id }) => id),
        type === 'Task' ? ['Task.extension'].filter(id => required.some(one => one.id === id)) : [],
      );
    });

    for (const file of counters) {
      const rule = file.slice('counter-'.length, -'.json'.length);
      it(`${name}: breaks ${rule}, and nothing else`, () => {
        const resource = read(name, file);
        const errors = errorsOf(resource);
        assert.ok(errors.length > 0, 'there is no error');
        const foreign = errors.filter(issue => !isOf(issue, rule, resource.resourceType));
        assert.deepEqual(foreign, []);
      });
    }
  }

  for (const file of readdirSync(path.join(folder, 'terminology'))) {
    it(`terminology/${file} is valid`, () => assert.deepEqual(errorsOf(read('terminology', file)), []));
  }
});
