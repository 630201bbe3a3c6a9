/** Proxies see and do what their functions open, by every way of asking, and what changes binds the next request. */
import assert from 'node:assert/strict';
import type { AuditEvent, Bundle } from 'fhir/r4.js';
import { proxyFunctions, type ProxyFunction } from '../../src/fhir/proxy-basis.table.js';
import { eachPortal, type Caller, type Journey } from './journey.js';
import { familyOf, reference, system } from './proxies.js';

const OWN = 'https://portico.health/fhir';
const CATEGORIES = 'http://terminology.hl7.org/CodeSystem/observation-category';

/** What the portal keeps of a patient, by the functions that open it. */
const opening: Readonly<Record<string, readonly ProxyFunction[]>> = {
  Communication: ['messages'],
  Task: ['tasks'],
  DocumentReference: ['read-documents'],
  Person: ['profile'],
  laboratory: ['read-results'],
  'vital-signs': ['read-record'],
  none: ['read-record'],
};

function functionsOf(journey: () => Journey): void {
  const { make, named, relation, account, status } = familyOf(journey);

  const observation = (subject: string, category?: string) => ({
    ...{ resourceType: 'Observation', status: 'final', subject: reference(subject), code: { text: 'Measured' } },
    ...(category === undefined ? {} : { category: [{ coding: [{ system: CATEGORIES, code: category }] }] }),
  });

  /** A patient with one resource of each, by the names of `opening`. */
  async function principal(): Promise<{ patient: string; has: Record<string, string> }> {
    const patient = await make(named('Principal'));
    const subject = reference(patient);
    const has = {
      Communication: await make({
        ...{ resourceType: 'Communication', status: 'completed', subject, recipient: [subject] },
        category: [{ coding: [{ system: `${OWN}/CodeSystem/message-category`, code: 'medical' }] }],
        ...{ payload: [{ contentString: 'Words' }], sender: reference('Organization/demo-clinical-group') },
      }),
      Task: await make({ resourceType: 'Task', status: 'requested', intent: 'order', for: subject }),
      DocumentReference: await make({
        ...{ resourceType: 'DocumentReference', status: 'current', subject },
        content: [{ attachment: { title: 'Letter' } }],
      }),
      Person: await make({ resourceType: 'Person', active: true, link: [{ target: subject }] }),
      laboratory: await make(observation(patient, 'laboratory')),
      'vital-signs': await make(observation(patient, 'vital-signs')),
      none: await make(observation(patient)),
    };
    return { patient, has };
  }

  /** `Type/id` of all that these searches find. */
  async function found(who: Caller, ...queries: string[]): Promise<Set<string>> {
    const bundles = await Promise.all(
      queries.map(async query => (await journey().expect(200, who, 'GET', query)).body as unknown as Bundle),
    );
    const entries = bundles.flatMap(({ entry = [] }) => entry);
    return new Set(entries.map(({ resource }) => `${resource?.resourceType ?? ''}/${resource?.id ?? ''}`));
  }

  async function isSeen(
    who: Caller,
    { patient, has }: Awaited<ReturnType<typeof principal>>,
    names: readonly string[],
  ) {
    const id = patient.slice('Patient/'.length);
    const ways = {
      searches: await found(who, ...[...new Set(Object.values(has).map(one => one.split('/')[0]!))]),
      types: await found(who, '?_type=Communication,Task,DocumentReference,Person,Observation'),
      everything: await found(who, `${patient}/$everything`),
      around: await found(who, `Patient?_id=${id}&_revinclude=*`),
      history: await found(who, '_history?_count=100'),
    };
    for (const [name, path] of Object.entries(has)) {
      const seen = opening[name]!.some(one => names.includes(one));
      assert.equal(await status(who, path), seen ? 200 : 404, `${names.join()}: ${name}`);
      assert.equal(await status(who, `${path}/_history/1`), seen ? 200 : 404, `${names.join()}: ${name}, its version`);
      for (const [way, paths] of Object.entries(ways)) {
        // An account is found by its own search, and leads to its patient.
        if (name === 'Person' && way === 'everything') continue;
        assert.equal(paths.has(path), seen, `${names.join()}: ${name} by ${way}`);
      }
      const [type = ''] = path.split('/');
      const chained = name === 'Person' ? [] : [`Patient?_has:${type}:patient:_id=${path.split('/')[1]}`];
      for (const one of chained) assert.equal((await found(who, one)).size, seen ? 1 : 0, `${names.join()}: ${one}`);
    }
    assert.equal(await status(who, patient), 200);
  }

  it('[PC-5] each function opens what it names, by read, search, chain, include, history and $everything', async () => {
    const one = await principal();
    for (const name of proxyFunctions) {
      await isSeen(await account(await make(relation(one.patient, name))), one, [name]);
    }
    await isSeen(await account(await make(relation(one.patient))), one, proxyFunctions);
    await isSeen(await account(await make(relation(one.patient, ...proxyFunctions))), one, proxyFunctions);
  });

  it('[PC-5] a function taken away or given binds the next request', async () => {
    const one = await principal();
    const path = await make(relation(one.patient, 'read-results'));
    const who = await account(path);
    await isSeen(who, one, ['read-results']);
    const { body } = await journey().expect(200, system, 'GET', path);
    for (const names of [['tasks', 'read-record'], ['read-results']] as const) {
      await journey().expect(200, system, 'PUT', path, { ...body, ...relation(one.patient, ...names) });
      await isSeen(who, one, names);
    }
    await journey().expect(200, system, 'PUT', path, { ...body, ...relation(one.patient), active: false });
    assert.equal(await status(who, one.patient), 404);
  });

  it('[PC-5] true at the edges: what was a result, and what was deleted, shows itself as it was', async () => {
    const one = await principal();
    const [record, results] = [
      await account(await make(relation(one.patient, 'read-record'))),
      await account(await make(relation(one.patient, 'read-results'))),
    ];
    const moved = one.has['laboratory']!;
    const [, id] = moved.split('/');
    await journey().expect(200, system, 'PUT', moved, { ...observation(one.patient, 'vital-signs'), id });
    assert.deepEqual([await status(record, moved), await status(results, moved)], [200, 404]);
    assert.equal(await status(record, `${moved}/_history/1`), 404, 'it was no part of the record then');
    assert.equal(await status(results, `${moved}/_history/1`), 404);
    await journey().expect(204, system, 'DELETE', moved);
    assert.deepEqual([await status(record, moved), await status(results, moved)], [410, 404]);
  });

  it('[PC-5] [RN-4] preferences of the principal are for proxies with the function profile, and refused without', async () => {
    const patient = await make(named('Preferred'));
    const { body } = await journey().expect(200, system, 'GET', patient);
    const without = await account(await make(relation(patient, 'messages', 'read-record')));
    const patch = [{ op: 'add', path: '/gender', value: 'male' }];
    const type = { 'content-type': 'application/json-patch+json' };
    assert.equal((await journey().call(without, 'PATCH', patient, patch, type)).status, 403);
    const after = await journey().expect(200, system, 'GET', patient);
    assert.deepEqual(after.body, body);
  });

  it('[PC-5] [RN-13] the audit says by which relation a proxy read, and of patients themselves none', async () => {
    const one = await principal();
    const relative = await make(relation(one.patient));
    const who = await account(relative);
    const self = `demo-patient as ${one.has['Person']}`;
    for (const caller of [who, self]) assert.equal(await status(caller, one.has['laboratory']!), 200);
    const events = async (query: string) =>
      (
        (await journey().expect(200, 'demo-agent as Practitioner/demo-auditor', 'GET', `AuditEvent?${query}`))
          .body as unknown as Bundle
      ).entry ?? [];
    const agents = async (query: string) =>
      (await events(query)).map(({ resource }) => {
        const [agent] = (resource as AuditEvent).agent;
        return [agent?.who?.reference, agent?.altId];
      });
    const query = `entity=${one.has['laboratory']}&subtype=read`;
    const found = new Map((await agents(query)).map(([agent, account]) => [account, agent]));
    assert.deepEqual([found.get(who.split(' as ')[1]), found.get(self.split(' as ')[1])], [relative, undefined]);
    assert.equal(found.size, 2);
    assert.equal((await agents(`agent=${relative}`)).length, 1);
  });

  it('[PC-5] operations are for those who have their function for somebody', async () => {
    const one = await principal();
    const who = await account(await make(relation(one.patient, 'tasks')));
    const message = one.has['Communication']!;
    const body = { resourceType: 'Parameters', parameter: [{ name: 'message', valueReference: reference(message) }] };
    assert.equal(await status(who, 'Communication/$mark-read', 'POST', body), 403);
    assert.equal(await status(who, `${message}/$mark-read`, 'POST'), 404);
    const other = await principal();
    const both = await account(
      await make(relation(one.patient, 'tasks')),
      await make(relation(other.patient, 'messages')),
    );
    assert.equal(await status(both, 'Communication/$mark-read', 'POST', body), 404);
    assert.equal(await status(both, `${other.has['Communication']}/$mark-read`, 'POST'), 200);
  });
}

describe('proxies by function', () => {
  eachPortal(functionsOf);
});
