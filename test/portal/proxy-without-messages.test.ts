/** A proxy whose functions leave messages out sees nothing of the principal's messages, by no way of asking. */
import assert from 'node:assert/strict';
import type { Bundle } from 'fhir/r4.js';
import { eachPortal, type Caller, type Journey } from './journey.js';
import { familyOf, reference, system } from './proxies.js';

type Principal = Awaited<ReturnType<ReturnType<typeof familyOf>['principal']>>;

/** Reads that show a message, with what answers where it is seen, and where it is not. */
const reads = ({ path, attached }: Principal): Record<string, [seen: number, hidden: number]> => ({
  [path]: [200, 404],
  [`${path}/_history`]: [200, 404],
  [`${path}/_history/1`]: [200, 404],
  [attached]: [200, 404],
});

/** Searches that find it: the number of matches where it is seen; none where it is not. */
const searches = ({ patient, path }: Principal): Record<string, number> => ({
  'Communication?_summary=count': 1,
  [`Communication?recipient=${patient}`]: 1,
  'Communication?unread=true&_summary=count': 1,
  'Communication?box=inbox&_summary=count': 1,
  'Communication?text=words': 1,
  [`Communication?subject:Patient.family=Function`]: 1,
  [`Communication?_id=${path.slice('Communication/'.length)}`]: 1,
  [`Patient?_id=${patient.slice('Patient/'.length)}&_revinclude=Communication:subject`]: 1,
  [`Patient?_has:Communication:subject:category=medical&_summary=count`]: 1,
  'Communication/_history': 1,
});

function reading(journey: () => Journey): void {
  const { make, named, relation, account, messageTo, principal, count, status } = familyOf(journey);

  async function isSeen(who: Caller, of: Principal, seen: boolean, letter = true): Promise<void> {
    for (const [path, [yes, no]] of Object.entries(reads(of))) {
      assert.equal(await status(who, path), seen ? yes : no, `${path} is ${seen ? '' : 'not '}seen`);
    }
    for (const [query, matches] of Object.entries(searches(of))) {
      const found = await count(who, query);
      if (!seen && query.includes('_revinclude')) assert.equal(found, 1, 'the patient alone');
      else assert.equal(found >= matches, seen, `${query}: ${found}`);
      if (!seen && !query.includes('_revinclude')) assert.equal(found, 0, query);
    }
    const everything = await journey().call(who, 'GET', `${of.patient}/$everything`);
    if (everything.status === 200) assert.equal(everything.text.includes('Words for the patient'), seen);
    const mark = await status(who, `${of.path}/$mark-read`, 'POST');
    assert.equal(mark, seen ? 200 : 404);
    await status(who, `${of.path}/$mark-unread`, 'POST');
    assert.equal(await status(who, of.patient), 200, 'the principal is reached all the same');
    assert.equal(await status(who, of.letter), letter ? 200 : 404, 'files of documents are for who reads documents');
  }

  it('[MSG-8] [PC-5] true at the edges: messages, their files, marks and counts, by no chain, include or history', async () => {
    const one = await principal();
    const all = await account(await make(relation(one.patient)));
    const reader = await account(await make(relation(one.patient, 'messages', 'tasks')));
    const other = await account(await make(relation(one.patient, 'read-record', 'read-documents', 'tasks')));
    await isSeen(all, one, true);
    await isSeen(reader, one, true, false);
    await isSeen(other, one, false);
    const question = messageTo(one.patient, { recipient: [reference('Organization/demo-clinical-group')] });
    assert.equal(await status(other, 'Communication', 'POST', question), 403);
    assert.equal(await status(reader, 'Communication', 'POST', question), 201);
    const asIf = { ...question, status: 'preparation', id: one.path.slice('Communication/'.length) };
    assert.equal(await status(other, one.path, 'PUT', asIf), 405);
    assert.equal(await status(other, one.path, 'DELETE'), 404);
  });

  it('[MSG-8] [PC-5] true at the edges: of two relations to one patient each gives what it includes; one’s own stay', async () => {
    const [mine, theirs] = [await principal(), await principal()];
    const tasks = await make(relation(theirs.patient, 'tasks'));
    const self = await account(mine.patient, tasks);
    assert.deepEqual([await status(self, mine.path), await status(self, theirs.path)], [200, 404]);
    assert.deepEqual([await status(self, mine.attached), await status(self, theirs.attached)], [200, 404]);
    assert.equal(await count(self, 'Communication?unread=true&_summary=count'), 1);
    const both = await account(tasks, await make(relation(theirs.patient, 'messages')));
    await isSeen(both, theirs, true, false);
  });

  it('[MSG-8] [PC-5] true at the edges: a function taken away binds the next request, drafts included', async () => {
    const one = await principal();
    const path = await make(relation(one.patient, 'messages'));
    const who = await account(path);
    const recipient = [reference('Organization/demo-clinical-group')];
    const draft = await journey().expect(201, who, 'POST', 'Communication', {
      ...messageTo(one.patient, { recipient, status: 'preparation' }),
    });
    const drafted = `Communication/${String(draft.body.id)}`;
    assert.deepEqual([await status(who, drafted), await status(who, one.path)], [200, 200]);
    const { body } = await journey().expect(200, system, 'GET', path);
    await journey().expect(200, system, 'PUT', path, { ...body, ...relation(one.patient, 'tasks') });
    assert.deepEqual([await status(who, drafted), await status(who, one.path)], [404, 404]);
    assert.equal(await status(who, drafted, 'PUT', { ...draft.body, status: 'completed' }), 405);
    assert.equal(await count(who, 'Communication?_summary=count'), 0);
    await journey().expect(200, system, 'PUT', path, { ...body, ...relation(one.patient) });
    assert.deepEqual([await status(who, drafted), await status(who, one.path)], [200, 200]);
  });

  it('[MSG-8] a page link of before shows nothing after', async () => {
    const patient = await make(named('Paged'));
    for (let at = 0; at < 3; at++) {
      const sender = reference('Organization/demo-clinical-group');
      await journey().expect(201, system, 'POST', 'Communication', messageTo(patient, { sender }));
    }
    const path = await make(relation(patient, 'messages'));
    const who = await account(path);
    const { body } = await journey().expect(200, who, 'GET', 'Communication?_count=1');
    const next = (body as unknown as Bundle).link?.find(({ relation: to }) => to === 'next')?.url ?? assert.fail();
    const { body: was } = await journey().expect(200, system, 'GET', path);
    await journey().expect(200, system, 'PUT', path, { ...was, ...relation(patient, 'tasks') });
    const answer = await journey().call(who, 'GET', next.slice(next.indexOf('/fhir/portal/') + '/fhir/portal/'.length));
    assert.ok(!answer.text.includes('Words for the patient'), answer.text);
  });
}

describe('proxies without the function messages', () => {
  eachPortal(reading);
});
