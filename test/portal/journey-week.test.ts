/** A family of five and a desk of two groups through a week: no wrong message, none lost, over real HTTP and real SMTP. */
import assert from 'node:assert/strict';
import type { Task } from 'fhir/r4.js';
import { withoutLinks, type Caller } from './journey.js';
import { eachStorage } from '../fixtures/storages.js';
import { reference } from '../property/portal-content.js';
import { names, Week, type Mail, type Name } from './family-and-desk.js';

interface Desk {
  family: { clinical: string; workflow: string };
  children: { clinical: string; workflow: string };
  noor: { caller: Caller; role: string };
  milan: { caller: Caller; role: string };
  sofia: { caller: Caller; role: string };
}

/** Noor and Milan, who is the manager, at the desk of family medicine; Sofia at that of pediatrics. */
async function deskOf(week: Week): Promise<Desk> {
  const [family, children] = [await week.group('Family medicine'), await week.group('Pediatrics')];
  return {
    family,
    children,
    noor: await week.agent('Noor', 'agent', family.workflow),
    milan: await week.agent('Milan', 'manager', family.workflow),
    sofia: await week.agent('Sofia', 'agent', children.workflow),
  };
}

const codeIn = ({ text }: Mail): string => /invitation#([0-9A-Z-]+)/.exec(text)?.[1] ?? assert.fail(text);
const statesOf = (tasks: readonly Task[]): string[] => tasks.map(({ status }) => status);
const about = (mails: readonly Mail[], words: RegExp): Mail[] => mails.filter(({ subject }) => words.test(subject));

describe('a week of a family and a desk', () => {
  eachStorage((_name, open) => {
    let week: Week;
    let desk: Desk;
    before(async () => {
      week = await Week.begin(open);
      desk = await deskOf(week);
    });
    after(() => week.end());

    const inbox = (name: Name): Promise<string[]> =>
      week.texts(week.callers[name], `subject=${week.patients[name]}&recipient=${week.patients[name]}`);
    const newMessages = async (): Promise<number> => about(await week.mails(), /new message/).length;
    const answer = (who: Caller, item: Task, text: string) =>
      week.write(who, text, { inResponseTo: [item.focus], basedOn: [reference(`Task/${item.id}`)] });

    it('[PC-2] [PC-4] Monday: true at the edges of one mailbox, twins join by their own codes, their mother by the record system', async () => {
      const old = await week.records();
      const codes: string[] = [];
      for (const name of ['anna', 'ella'] as const) {
        await week.journey.expect(201, 'demo-ehr', 'POST', `${week.patients[name]}/$invite`);
        codes.push(codeIn((await week.mails()).at(-1)!));
      }
      const [first = '', second = ''] = codes;
      await week.joins('ella', second);
      await week.joins('anna', first);
      await week.claraJoins();
      assert.equal((await week.mails()).length, 3, 'two invitations, and a word to the new member');
      assert.notEqual(week.callers.anna, week.callers.ella);
      for (const name of ['anna', 'ella', 'clara'] as const) assert.equal(await week.status(name), 'enrolled', name);
      const record = await week.journey.expect(200, week.callers.anna, 'GET', week.patients.anna);
      assert.match(record.text, /Anna/);
      for (const other of ['ella', 'clara', 'max', 'gerda'] as const) {
        await week.journey.expect(404, week.callers.anna, 'GET', week.patients[other]);
      }
      const accounts = [week.patients.anna, week.patients.ella, week.patients.clara, old].map(patient =>
        week.journey.expect(200, 'demo-system', 'GET', `Person?_summary=count&link=${patient}`),
      );
      const counts = (await Promise.all(accounts)).map(({ body }) => body['total']);
      assert.deepEqual(counts, [1, 1, 1, 0], 'one account a person, none for the merged record');
    });

    it('[MSG-5] [MSG-6] Tuesday: true at the edges of two groups, each question is seen by its own group alone', async () => {
      week.nextDay();
      const knee = await week.asks('anna', desk.family.clinical, 'Anna: my knee hurts');
      await week.asks('max', desk.children.clinical, 'Max: may he swim?');
      const both = await week.desk('demo-system', `workflow-group=${desk.family.workflow}`);
      assert.equal(both.length, 1);
      assert.deepEqual(
        (await week.desk(desk.noor.caller)).map(({ for: of }) => of?.reference),
        [week.patients.anna],
      );
      assert.deepEqual(
        (await week.desk(desk.sofia.caller)).map(({ for: of }) => of?.reference),
        [week.patients.max],
      );
      const item = await week.item(desk.noor.caller, knee);
      assert.equal((await week.move(desk.sofia.caller, item, 'claim')).status, 404);
      const claims = await Promise.all(
        [desk.noor, desk.milan].map(({ caller }) => week.move(caller, item, 'claim').then(({ status }) => status)),
      );
      assert.deepEqual(claims.sort(), [200, 409]);
      const owner = (await week.item(desk.noor.caller, knee)).owner?.reference ?? '';
      const caller = `demo-agent as ${owner}`;
      await answer(caller, item, 'To Anna: rest it');
      assert.equal((await week.move(caller, item, 'complete')).status, 200);
      assert.deepEqual(await inbox('anna'), ['To Anna: rest it']);
      assert.equal(await newMessages(), 1);
      assert.match((await week.mails()).at(-1)?.text ?? '', /for A\b/);
    });

    it('[MSG-6] Wednesday: true at the edges of a thread, replies to a done item make one new item for them all', async () => {
      week.nextDay();
      const [question] = await week.desk('demo-system', `patient=${week.patients.anna}&status=completed`);
      for (const text of ['Anna: still hurts', 'Anna: and swells']) {
        await week.write(week.callers.anna, text, { inResponseTo: [question?.focus] });
      }
      const items = await week.desk('demo-system', `patient=${week.patients.anna}`);
      assert.deepEqual(statesOf(items), ['completed', 'ready']);
      assert.equal(items[1]?.input?.length, 1, 'the second reply joined the item of the first');
      await week.asks('gerda', desk.family.clinical, 'Gerda: which pills?');
      assert.equal((await week.desk(desk.noor.caller)).length, 2);
      assert.equal((await week.desk(desk.sofia.caller)).length, 1);
      assert.equal(await newMessages(), 1, 'nobody is told of their own messages');
    });

    it('[MSG-6] Thursday: true at the edges of a day, an agent leaves, and her work goes on with another', async () => {
      week.nextDay();
      const open = await week.desk(desk.noor.caller);
      for (const item of open) assert.equal((await week.move(desk.noor.caller, item, 'claim')).status, 200);
      await week.change(desk.noor.role, { active: false });
      for (const item of open) assert.equal((await week.move(desk.noor.caller, item, 'complete')).status, 403);
      for (const item of open) {
        assert.equal((await week.move(desk.milan.caller, item, 'claim')).status, 200);
        const isAnna = item.for?.reference === week.patients.anna;
        await answer(desk.milan.caller, item, isAnna ? 'To Anna: come by' : 'To Gerda: the white ones');
        assert.equal((await week.move(desk.milan.caller, item, 'complete')).status, 200);
      }
      assert.deepEqual(await inbox('anna'), ['To Anna: rest it', 'To Anna: come by']);
      assert.deepEqual(await inbox('gerda'), ['To Gerda: the white ones']);
      assert.deepEqual(await week.desk(desk.milan.caller), []);
    });

    it('[PC-6] Friday: true at the edges of two systems, the record system answers for the child, and the desk is done', async () => {
      week.nextDay();
      const [item] = await week.desk(desk.sofia.caller);
      const before = await newMessages();
      await week.write('demo-ehr', 'To Max: yes, he may', {
        subject: reference(week.patients.max),
        sender: reference(desk.children.clinical),
        recipient: [reference(week.patients.max), reference(week.proxies.max)],
        inResponseTo: [item?.focus],
      });
      assert.deepEqual(await week.desk(desk.sofia.caller), []);
      assert.deepEqual(await inbox('max'), ['To Max: yes, he may'], 'his mother reads it');
      assert.equal(await newMessages(), before + 1, 'his mother is told');
    });

    it('[RN-25] Saturday: true at the edges of twins, a message to one is unread by her alone', async () => {
      week.nextDay();
      const toElla = { subject: reference(week.patients.ella), sender: reference(desk.family.clinical) };
      const sent = await week.write('demo-ehr', 'To Ella: your result', toElla);
      assert.deepEqual(await week.texts(week.callers.ella, 'unread=true'), ['To Ella: your result']);
      assert.match((await week.mails()).at(-1)?.text ?? '', /for E\b/);
      await week.journey.expect(404, week.callers.anna, 'POST', `Communication/${sent.id}/$mark-read`);
      await week.journey.expect(200, week.callers.ella, 'POST', `Communication/${sent.id}/$mark-read`);
      assert.deepEqual(await week.texts(week.callers.ella, 'unread=true'), []);
    });

    it('[MSG-2] [MSG-6] Sunday: everybody has what is theirs and nothing else, and no work is left', async () => {
      week.nextDay();
      const expected: Record<Name, string[]> = {
        clara: [],
        anna: ['To Anna: rest it', 'To Anna: come by'],
        ella: ['To Ella: your result'],
        max: ['To Max: yes, he may'],
        gerda: ['To Gerda: the white ones'],
      };
      for (const name of names) assert.deepEqual(await inbox(name), expected[name], name);
      const seen = await week.texts(week.callers.clara, '_count=100');
      assert.deepEqual(
        seen.filter(text => /Anna|Ella/.test(text)),
        [],
        'the mother of grown twins reads none of theirs',
      );
      const tasks = await week.desk('demo-system', `workflow-group=${desk.family.workflow},${desk.children.workflow}`);
      assert.deepEqual(statesOf(tasks), ['completed', 'completed', 'completed', 'completed']);
      const mails = await week.mails();
      for (const { text } of mails) assert.doesNotMatch(withoutLinks(text), /knee|pills|swim|result|Reuter|Pediatrics/);
    });
  });
});
