/** The portal holds resources against the profile of their kind, whether or not they name it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { OperationOutcome } from 'fhir/r4.js';
import type { Resource } from '../../src/fhir/resource.js';
import { eachPortal, type Caller, type Journey } from './journey.js';

const system: Caller = 'demo-system';
const folder = path.join(process.cwd(), 'profiles');
const KINDS = [
  ...['work-item', 'invitation', 'duplicate-review', 'contact-review'],
  ...['workbench-role', 'clinical-group', 'workflow-group', 'patient-account'],
];

/** An example or counter-example that names no profile. */
function unnamed(name: string, file: string): Resource {
  const { meta: _meta, id: _id, ...rest } = JSON.parse(readFileSync(path.join(folder, name, file), 'utf8')) as Resource;
  return rest;
}

/** A resource that lacks the code of the kind is of no kind. */
const isOfKind = (rule: string): boolean => !/^counter-(code-(min|pattern|portal-min)|type-)/.test(rule);

function posting(journey: () => Journey): void {
  const codesOf = async (resource: Resource): Promise<(string | undefined)[]> => {
    const answer = await journey().call(system, 'POST', resource.resourceType, resource);
    if (answer.status === 201) return [];
    assert.equal(answer.status, 422, answer.text);
    return (answer.body as unknown as OperationOutcome).issue.map(({ code }) => code);
  };

  for (const name of KINDS) {
    it(`[MSG-5] [MSG-6] [PC-2] true at the edges: ${name}, whatever the resource names`, async () => {
      const files = readdirSync(path.join(folder, name)).filter(file => file.startsWith('counter-'));
      const told = await codesOf(unnamed(name, 'example.json'));
      // Of the example, at most that what it refers to is not there, and that flows lead nowhere.
      assert.ok(
        told.every(code => code === 'not-found' || code === 'business-rule'),
        told.join(),
      );
      for (const file of files.filter(isOfKind)) {
        const codes = await codesOf(unnamed(name, file));
        assert.ok(codes.length > 0, `${file} is taken`);
      }
    });
  }

  it('[MSG-6] true at the edges: an entry of the provider directory without a role of the portal is free of it', async () => {
    const coding = [{ system: 'http://snomed.info/sct', code: '158965000' }];
    assert.deepEqual(await codesOf({ resourceType: 'PractitionerRole', code: [{ coding }] }), []);
    const task = { resourceType: 'Task', status: 'requested', intent: 'order', code: { text: 'Else' } };
    assert.deepEqual(await codesOf(task), []);
  });

  it('[MSG-6] true at the edges: no update makes a resource less than its kind, by PUT and by PATCH', async () => {
    const role = 'PractitionerRole/demo-agent-role';
    const found = await journey().expect(200, system, 'GET', 'PractitionerRole?practitioner=Practitioner/demo-agent');
    const [entry] = found.body['entry'] as unknown as { resource: Resource }[];
    const { organization: _gone, meta: _meta, ...rest } = entry?.resource ?? assert.fail(role);
    const agent = {
      ...rest,
      code: [{ coding: [{ system: `https://portico.health/fhir/CodeSystem/role`, code: 'agent' }] }],
    };
    const at = `PractitionerRole/${String(rest.id)}`;
    const answer = await journey().call(system, 'PUT', at, agent);
    assert.equal(answer.status, 422, answer.text);
    const patch = [{ op: 'remove', path: '/active' }];
    const type = { 'content-type': 'application/json-patch+json' };
    const patched = await journey().call(system, 'PATCH', at, patch, type);
    assert.equal(patched.status, 422, patched.text);
  });
}

describe('profiles of the portal by kind', () => {
  eachPortal(posting);
});
