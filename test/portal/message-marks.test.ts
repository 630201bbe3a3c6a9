/** What each person has done with a message: read, unread, archived; each mark is its person's own. */
import assert from 'node:assert/strict';
import type { Bundle, Communication } from 'fhir/r4.js';
import fc from 'fast-check';
import { asMessage, eachPortal, issue, type Answer, type Caller, type Journey } from './journey.js';

const OWN = 'https://portico.health/fhir';
const patient: Caller = 'demo-patient';
const clinician: Caller = 'demo-clinician';
const agent: Caller = 'demo-agent';
const MARKINGS = ['mark-read', 'mark-unread', 'archive', 'unarchive'] as const;
type Marking = (typeof MARKINGS)[number];

const messageWith = (more: object): object => ({
  resourceType: 'Communication',
  status: 'completed',
  category: [{ coding: [{ system: `${OWN}/CodeSystem/message-category`, code: 'general' }] }],
  payload: [{ contentString: 'x' }],
  ...more,
});

const readersIn = ({ extension = [] }: Communication): (string | undefined)[] =>
  extension
    .filter(({ url }) => url === `${OWN}/StructureDefinition/read`)
    .map(({ extension: parts = [] }) => parts.find(({ url }) => url === 'who')?.valueReference?.reference);

/** What these tests do again and again. */
function actionsOf(journey: () => Journey) {
  const post = async (who: Caller, more: object): Promise<string> =>
    String((await journey().expect(201, who, 'POST', 'Communication', messageWith(more))).body.id);
  const received = () => post(clinician, { subject: { reference: 'Patient/demo-patient' } });
  const asked = () => post(patient, { recipient: [{ reference: 'Organization/demo-clinical-group' }] });
  const mark = (who: Caller, id: string, name: Marking): Promise<Answer> =>
    journey().call(who, 'POST', `Communication/${id}/$${name}`);
  const many = (who: Caller, ids: readonly string[], name: Marking): Promise<Answer> => {
    const parameter = ids.map(id => ({ name: 'message', valueReference: { reference: `Communication/${id}` } }));
    return journey().call(who, 'POST', `Communication/$${name}`, { resourceType: 'Parameters', parameter });
  };
  async function found(who: Caller, query: string): Promise<string[]> {
    const { body } = await journey().expect(200, who, 'GET', `Communication?_count=500&${query}`);
    return ((body as unknown as Bundle).entry ?? []).map(({ resource }) => resource?.id ?? '').sort();
  }
  const count = async (who: Caller, query: string): Promise<number | undefined> =>
    ((await journey().expect(200, who, 'GET', `Communication?_summary=count&${query}`)).body as unknown as Bundle)
      .total;
  return { received, asked, mark, many, found, count };
}

function marking(journey: () => Journey): void {
  const { received, asked, mark, many, found, count } = actionsOf(journey);

  it('[RN-25] a question to a group is unread for those who work in it, each by themselves', async () => {
    const id = await asked();
    assert.deepEqual(await found(clinician, `unread=true&_id=${id}`), [id]);
    assert.equal((await mark(clinician, id, 'mark-read')).status, 200);
    assert.deepEqual(await found(clinician, `unread=true&_id=${id}`), []);
    assert.deepEqual(await found(patient, `unread=true&_id=${id}`), [], 'its sender has not received it');
  });

  it('[RN-25] a message is unread until its reader marks it, is counted, sorted and paged, and makes no version', async () => {
    const ids = [await received(), await received(), await received()];
    const before = await count(patient, 'unread=true');
    const [first = ''] = ids;
    assert.ok((await found(patient, 'unread=true')).includes(first));
    assert.equal((await mark(patient, first, 'mark-read')).status, 200);
    assert.equal(await count(patient, 'unread=true'), (before ?? 0) - 1);
    assert.deepEqual(await found(patient, `unread=false&_id=${first}`), [first]);
    assert.deepEqual(await found(patient, `unread=true&_id=${first}`), []);
    const { body } = await journey().expect(200, patient, 'GET', `Communication/${first}`);
    assert.equal(body.meta?.versionId, '1');
    const page = await journey().expect(200, patient, 'GET', 'Communication?unread=true&_count=1&_sort=sent');
    const bundle = page.body as unknown as Bundle;
    const links = new Map((bundle.link ?? []).map(({ relation, url }) => [relation, url]));
    assert.ok(links.get('self')?.includes('unread=true'));
    const next = links.get('next') ?? '';
    const second = await journey().expect(200, patient, 'GET', next.slice(next.indexOf('Communication')));
    assert.notEqual((second.body as unknown as Bundle).entry?.[0]?.resource?.id, bundle.entry?.[0]?.resource?.id);
    assert.equal((await mark(patient, first, 'mark-unread')).status, 200);
    assert.equal(await count(patient, 'unread=true'), before);
  });

  it('[RN-25] marks outlive the next version of a message, and a second mark keeps the first instant', async () => {
    const id = await received();
    const first = await mark(patient, id, 'mark-read');
    await journey().mails('nobody@example.org');
    const { body } = await journey().expect(200, 'demo-system', 'GET', `Communication/${id}`);
    assert.ok(Number(body.meta?.versionId) > 1, 'the notice is shown at it');
    assert.deepEqual(await found(patient, `unread=false&_id=${id}`), [id]);
    journey().pass(60_000);
    const instant = ({ body: { extension } }: Answer) =>
      (extension as Communication['extension'])?.find(({ url }) => url.endsWith('/read'))?.extension?.[1]?.valueInstant;
    assert.ok(instant(first));
    assert.equal(instant(await mark(patient, id, 'mark-read')), instant(first));
  });

  it('[RN-25] several are marked at once: all of them, or none', async () => {
    const ids = [await received(), await received()];
    const done = await many(patient, [...ids, ids[0]!], 'archive');
    const all = done.body as unknown as Bundle<Communication>;
    assert.deepEqual(all.entry?.map(({ resource }) => resource?.id).sort(), [...ids].sort(), done.text);
    for (const id of ids) assert.deepEqual(await found(patient, `archived=true&_id=${id}`), [id]);
    const unseen = await many(patient, [ids[0]!, 'no-such'], 'unarchive');
    assert.equal(unseen.status, 404);
    assert.match(issue(unseen).expression ?? '', /message.*\[1\]/);
    assert.equal((await found(patient, `archived=true&_id=${ids.join(',')}`)).length, 2, 'nothing has changed');
    assert.equal((await many(patient, [], 'archive')).status, 400);
    assert.equal((await many(patient, new Array<string>(501).fill(ids[0]!), 'archive')).status, 400);
    const elsewhere = {
      resourceType: 'Parameters',
      parameter: [{ name: 'message', valueReference: { reference: 'Task/1' } }],
    };
    assert.equal((await journey().call(patient, 'POST', 'Communication/$archive', elsewhere)).status, 404);
  });

  it('[RN-25] twenty marks of one message at once are one mark', async () => {
    const id = await received();
    const answers = await Promise.all(Array.from({ length: 20 }, () => mark(patient, id, 'mark-read')));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.deepEqual(await found(patient, `unread=false&_id=${id}`), [id]);
  });

  it('[RN-25] marks that several people make of one message at once are all kept', async () => {
    const id = await asked();
    const people = [patient, clinician, agent];
    const answers = await Promise.all(people.map(one => mark(one, id, 'archive')));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    for (const one of people) assert.deepEqual(await found(one, `archived=true&_id=${id}`), [id], one);
    const readers = [];
    for (const one of people) readers.push(...readersIn(asMessage(await mark(one, id, 'mark-read'))));
    assert.equal(readers.length, 3, 'each is told of the own mark alone');
    assert.equal(new Set(readers).size, 3);
  });

  it('[RN-25] agents’ marks are their own: the patient sees none, nor a version', async () => {
    const id = await asked();
    await mark(agent, id, 'archive');
    assert.deepEqual(await found(agent, `archived=true&_id=${id}`), [id]);
    assert.deepEqual(await found(patient, `archived=true&_id=${id}`), []);
    const marked = asMessage(await mark(agent, id, 'mark-read'));
    assert.equal(readersIn(marked).length, 1);
    const { body, text } = await journey().expect(200, patient, 'GET', `Communication/${id}`);
    assert.deepEqual(readersIn(body as unknown as Communication), []);
    assert.ok(!text.includes('demo-agent'));
    assert.deepEqual(await found(patient, `unread=true&_id=${id}`), [], 'it is in no box of the sender');
  });
}

function asking(journey: () => Journey): void {
  const { received, asked, mark, found } = actionsOf(journey);

  it('[MSG-19] the sender learns who has read it; nobody else asks', async () => {
    const id = await received();
    const state = (who: Caller) => journey().call(who, 'GET', `Communication/${id}/$read-state`);
    assert.deepEqual(readersIn(asMessage(await state(clinician))), []);
    await mark(patient, id, 'mark-read');
    assert.deepEqual(readersIn(asMessage(await state(clinician))), ['Person/demo-patient']);
    assert.deepEqual(readersIn(asMessage(await state('demo-ehr'))), ['Person/demo-patient']);
    assert.equal((await state(patient)).status, 403);
    await mark(patient, id, 'mark-unread');
    assert.deepEqual(readersIn(asMessage(await state(clinician))), []);
  });

  it('[MSG-19] of staff, a patient learns that somebody has read it, not who', async () => {
    const id = await asked();
    await mark(agent, id, 'mark-read');
    const state = await journey().expect(200, patient, 'GET', `Communication/${id}/$read-state`);
    assert.deepEqual(readersIn(asMessage(state)), ['Organization/demo-clinical-group']);
    assert.ok(!state.text.includes('Practitioner'));
  });

  it('[RN-25] [B37] whose message it is not marks nothing, and the answer is that of one that does not exist', async () => {
    const other = await journey().expect(
      201,
      clinician,
      'POST',
      'Communication',
      messageWith({ subject: { reference: 'Patient/demo-harold-brookfield' } }),
    );
    const hidden = await mark(patient, String(other.body.id), 'mark-read');
    const absent = await mark(patient, 'absent', 'mark-read');
    assert.deepEqual([hidden.status, issue(hidden)], [404, issue(absent)]);
    assert.equal((await mark('demo-ehr', String(other.body.id), 'mark-read')).status, 403, 'a system reads nothing');
  });

  it('[RN-25] the parameters are about the caller alone: no chain, no modifier, no other value', async () => {
    for (const query of ['unread=maybe', 'unread:not=true', 'unread=true,false', 'archived:missing=true']) {
      assert.equal((await journey().call(patient, 'GET', `Communication?${query}`)).status, 400, query);
    }
    const chains = ['Task?focus:Communication.unread=true', 'Patient?_has:Communication:subject:unread=true'];
    for (const path of chains) assert.equal((await journey().call(patient, 'GET', path)).status, 400, path);
  });

  it('[RN-25] nobody forges a mark', async () => {
    const extension = [
      { url: 'who', valueReference: { reference: 'Person/demo-patient' } },
      { url: 'at', valueInstant: '2026-01-01T00:00:00Z' },
    ];
    const forged = [{ url: `${OWN}/StructureDefinition/read`, extension }];
    const subject = { reference: 'Patient/demo-patient' };
    const { body } = await journey().expect(
      201,
      clinician,
      'POST',
      'Communication',
      messageWith({ subject, extension: forged }),
    );
    assert.deepEqual(readersIn(body as unknown as Communication), []);
    assert.deepEqual(await found(patient, `unread=true&_id=${String(body.id)}`), [String(body.id)]);
  });
}

/** Random marks by several people, against a model. */
function modelled(journey: () => Journey): void {
  const { received, mark, found } = actionsOf(journey);
  const people = [patient, 'demo-clinician'];

  it('[RN-25] any order of marks by anybody comes to what a model of the boxes says', async () => {
    const ids = [await received(), await received()];
    const command = fc.record({
      who: fc.constantFrom(...people),
      id: fc.constantFrom(...ids),
      name: fc.constantFrom(...MARKINGS),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 12 }), async commands => {
        const read = new Set<string>();
        const archived = new Set<string>();
        for (const who of people)
          for (const id of ids) for (const name of ['mark-unread', 'unarchive'] as const) await mark(who, id, name);
        for (const { who, id, name } of commands) {
          assert.equal((await mark(who, id, name)).status, 200);
          const set = name.startsWith('mark') ? read : archived;
          if (name === 'mark-read' || name === 'archive') set.add(`${who} ${id}`);
          else set.delete(`${who} ${id}`);
        }
        for (const who of people) {
          const of = (set: Set<string>) => ids.filter(id => set.has(`${who} ${id}`)).sort();
          assert.deepEqual(await found(who, `archived=true&_id=${ids.join(',')}`), of(archived));
          if (who === patient) assert.deepEqual(await found(who, `unread=false&_id=${ids.join(',')}`), of(read));
        }
      }),
      { numRuns: 8, seed: 25 },
    );
  });
}

describe('marks of messages', () => {
  eachPortal(journey => {
    marking(journey);
    asking(journey);
    modelled(journey);
  });
});
