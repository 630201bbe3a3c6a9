/** The message boxes of a patient as searches: what is in each, unread counts, words, order. */
import assert from 'node:assert/strict';
import type { Bundle } from 'fhir/r4.js';
import { eachPortal, type Caller, type Journey } from './journey.js';
import { asCaller, human, member, proxyOnly, type Member } from './relations.js';

const OWN = 'https://portico.health/fhir';
const group = { reference: 'Organization/demo-clinical-group' };
const clinician: Caller = 'demo-clinician';

/** What these tests do again and again. */
function actionsOf(journey: () => Journey) {
  const post = async (who: Caller, more: object): Promise<string> => {
    const category = [{ coding: [{ system: `${OWN}/CodeSystem/message-category`, code: 'general' }] }];
    const message = { resourceType: 'Communication', status: 'completed', category, ...more };
    return String((await journey().expect(201, who, 'POST', 'Communication', message)).body.id);
  };
  const words = (topic: string, text: string) => ({ topic: { text: topic }, payload: [{ contentString: text }] });
  const to = ({ patient }: Pick<Member, 'patient'>, topic: string, text = 'x', more: object = {}) =>
    post(clinician, { subject: { reference: patient }, ...words(topic, text), ...more });
  const from = ({ who }: Pick<Member, 'who'>, topic: string, text = 'x', more: object = {}) =>
    post(who, { recipient: [group], ...words(topic, text), ...more });
  async function found(who: Caller, query: string): Promise<string[]> {
    const { body } = await journey().expect(200, who, 'GET', `Communication?${query}`);
    return ((body as unknown as Bundle).entry ?? []).map(({ resource }) => resource?.id ?? '');
  }
  const count = async (who: Caller, query: string): Promise<unknown> =>
    (await journey().expect(200, who, 'GET', `Communication?${query}&_summary=count`)).body['total'];
  const mark = (who: Caller, name: string, ...ids: string[]) => {
    const parameter = ids.map(id => ({ name: 'message', valueReference: { reference: `Communication/${id}` } }));
    return journey().expect(200, who, 'POST', `Communication/$${name}`, { resourceType: 'Parameters', parameter });
  };
  return { post, to, from, found, count, mark, words };
}

function boxes(journey: () => Journey): void {
  const { to, from, found, count, mark, post, words } = actionsOf(journey);
  const BOXES = ['inbox', 'sent', 'archived', 'drafts'] as const;

  it('[RN-25] each message is in one box of its reader: inbox, sent, archived, drafts', async () => {
    const ruth = await member(journey(), 'Ruth');
    const [first, second] = [await to(ruth, 'one'), await to(ruth, 'two')];
    const [asked, kept] = [await from(ruth, 'three'), await from(ruth, 'four')];
    const draft = await from(ruth, 'five', 'x', { status: 'preparation' });
    await mark(ruth.who, 'archive', second, kept);
    const expected = { inbox: [first], sent: [asked], archived: [second, kept], drafts: [draft] };
    for (const box of BOXES)
      assert.deepEqual((await found(ruth.who, `box=${box}`)).toSorted(), expected[box].toSorted(), box);
    for (const box of BOXES) assert.equal(await count(ruth.who, `box=${box}`), expected[box].length, box);
    assert.deepEqual(await found(clinician, `box=inbox&_id=${first}`), [], 'it is in the box of its sender');
    assert.deepEqual(await found(clinician, `box=sent&_id=${first},${second}`), [second, first]);
    await mark(ruth.who, 'unarchive', kept);
    assert.deepEqual((await found(ruth.who, 'box=sent')).toSorted(), [asked, kept].toSorted());
  });

  it('[RN-25] unread messages are counted, and come first where that is asked, page by page', async () => {
    const ruth = await member(journey(), 'Ruth');
    const ids: string[] = [];
    for (const topic of ['b', 'a', 'd', 'c']) ids.push(await to(ruth, topic));
    const [b = '', a = '', d = '', c = ''] = ids;
    await mark(ruth.who, 'mark-read', a, d);
    assert.equal(await count(ruth.who, 'box=inbox&unread=true'), 2);
    const order = async (sort: string): Promise<string[]> => {
      const all: string[] = [];
      let path: string | undefined = `Communication?box=inbox&_sort=${sort}&_count=1`;
      while (path !== undefined) {
        const bundle = (await journey().expect(200, ruth.who, 'GET', path)).body as unknown as Bundle;
        all.push(...(bundle.entry ?? []).map(({ resource }) => resource?.id ?? ''));
        const next: string | undefined = bundle.link?.find(({ relation }) => relation === 'next')?.url;
        path = next?.slice(next.indexOf('Communication'));
      }
      return all;
    };
    assert.deepEqual(await order('-unread,topic'), [b, c, a, d]);
    assert.deepEqual(await order('unread,topic'), [a, d, b, c]);
    assert.deepEqual(await order('topic'), [a, b, c, d]);
    assert.deepEqual(await order('sender,-topic'), [d, c, b, a]);
    assert.equal(
      (await found(clinician, `_sort=-unread&_id=${ids.join(',')}`)).length,
      4,
      'marks are each reader’s own',
    );
  });

  it('[RN-25] a retracted message is in no box of anybody, whatever marks it has and is given', async () => {
    const ruth = await member(journey(), 'Ruth');
    const taken = await to(ruth, 'Taken back');
    await mark(ruth.who, 'mark-read', taken);
    await mark(ruth.who, 'archive', taken);
    const { body } = await journey().expect(200, clinician, 'GET', `Communication/${taken}`);
    await journey().expect(200, clinician, 'PUT', `Communication/${taken}`, { ...body, status: 'entered-in-error' });
    await mark(ruth.who, 'mark-unread', taken);
    for (const box of BOXES) assert.deepEqual(await found(ruth.who, `box=${box}`), [], box);
    assert.deepEqual(await found(clinician, `box=sent&_id=${taken}`), []);
    assert.deepEqual(await found(ruth.who, 'text=taken'), []);
    assert.equal(await count(ruth.who, 'unread=true'), 0);
  });

  it('[RN-25] the box of a merged record is that of its survivor, while it is merged', async () => {
    const [ruth, old] = [await member(journey(), 'Ruth'), await human(journey(), 'Ruth')];
    const third = await human(journey(), 'Ruth');
    const ids = [
      await to(old, 'Before the merge', 'pollen'),
      await to(third, 'Long before'),
      await to(ruth, 'Her own'),
    ];
    const merge = async (from: string, into?: string): Promise<void> => {
      const { body } = await journey().expect(200, 'demo-system', 'GET', from);
      const link = into === undefined ? [] : [{ other: { reference: into }, type: 'replaced-by' }];
      const { link: _before, ...record } = body;
      const next = { ...record, active: into === undefined, ...(link.length === 0 ? {} : { link }) };
      await journey().expect(200, 'demo-system', 'PUT', from, next);
    };
    await merge(third.patient, old.patient);
    assert.deepEqual(await found(ruth.who, 'box=inbox'), [ids[2]]);
    await merge(old.patient, ruth.patient);
    assert.deepEqual((await found(ruth.who, 'box=inbox')).toSorted(), ids.toSorted());
    assert.equal(await count(ruth.who, 'box=inbox&unread=true'), 3);
    assert.deepEqual(await found(ruth.who, 'text=pollen'), [ids[0]]);
    await mark(ruth.who, 'archive', ...ids.slice(0, 2));
    assert.deepEqual(await found(ruth.who, 'box=inbox'), [ids[2]]);
    await journey().expect(200, ruth.who, 'GET', `Communication/${ids[1]}`);
    await merge(old.patient);
    assert.deepEqual(await found(ruth.who, `_id=${ids.join(',')}`), [ids[2]], 'a merge that was none');
    assert.equal((await journey().call(ruth.who, 'GET', `Communication/${ids[0]}`)).status, 404);
  });

  it('[RN-25] [MSG-8] who acts for others alone finds their boxes, each by its patient, and none of their own', async () => {
    const ruth = await member(journey(), 'Ruth');
    const account = await proxyOnly(journey(), ruth.patient);
    const who = asCaller(account);
    const received = await to(ruth, 'For Ruth', 'pollen');
    assert.deepEqual(await found(who, `box=inbox&subject=${ruth.patient}`), [received]);
    assert.deepEqual(await found(who, 'text=pollen'), [received]);
    assert.equal(await count(who, `box=inbox&recipient=${account}`), 0);
    await mark(who, 'archive', received);
    assert.deepEqual(await found(ruth.who, 'box=inbox'), [received], 'the mark is the proxy’s own');
    const asked = await post(who, { subject: { reference: ruth.patient }, recipient: [group], ...words('q', 'q') });
    assert.deepEqual(await found(who, 'box=sent'), [asked]);
    assert.deepEqual(await found(ruth.who, `box=sent&_id=${asked}`), [], 'sent by the proxy');
  });
}

function searching(journey: () => Journey): void {
  const { to, from, found, post, words } = actionsOf(journey);

  it('[RN-25] words are found in subject and text, whatever their case, accents and order, as parts of words too', async () => {
    const ruth = await member(journey(), 'Ruth');
    const french = await to(ruth, 'Résultat d’analyse', 'Votre hémoglobine est normale.');
    const arabic = await to(ruth, 'نتيجة الفحص', 'مُسْتَوى السكر فى الدم ١٢٠، الأدوية كما هـــي');
    const own = await from(ruth, 'Rezept', 'Die Straße war gesperrt: 100% (wirklich).');
    const cases: [string, string[]][] = [
      ['HEMOGLOBINE', [french]],
      ['resultat normale', [french]],
      ['normale globin', [french]],
      ['normale strasse', []],
      ['نتيجه', [arabic]],
      ['مستوي السكر', [arabic]],
      ['ادوية هي 120', [arabic]],
      ['strasse', [own]],
      ['100%', [own]],
      ['0% wirk', [own]],
      ['1_0', []],
      ['.*', []],
    ];
    for (const [text, expected] of cases)
      assert.deepEqual(await found(ruth.who, `text=${encodeURIComponent(text)}`), expected, text);
    assert.deepEqual(await found(ruth.who, 'text=rezept&box=inbox'), [], 'within a box');
  });

  it('[RN-25] one’s own messages alone: another’s words, and those of another’s drafts, are as if they were not', async () => {
    const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
    const message = await to(ruth, 'Zauberwort');
    const draft = await from(ruth, 'Zauberwort', 'x', { status: 'preparation' });
    assert.deepEqual((await found(ruth.who, 'text=zauberwort')).toSorted(), [message, draft].toSorted());
    assert.deepEqual(await found(ben.who, 'text=zauberwort'), []);
    assert.deepEqual(await found(clinician, `text=zauberwort&subject=${ruth.patient}`), [message], 'its sender');
    const subject = { reference: ruth.patient };
    const ofGroup = await post('demo-system', { subject, sender: group, ...words('Zauberwort', 'x') });
    assert.deepEqual(await found(clinician, `_id=${ofGroup}`), [ofGroup], 'seen in the group');
    assert.deepEqual(await found(clinician, `text=zauberwort&_id=${ofGroup}`), [], 'and nobody’s own');
    assert.deepEqual(await found('demo-system', 'text=zauberwort'), [], 'a system has no messages of its own');
    assert.deepEqual(await found('demo-agent', `text=zauberwort&subject=${ruth.patient}`), []);
  });

  it('[RN-25] refused: no word, too many, chains, other boxes', async () => {
    const { who } = await member(journey(), 'Ruth');
    const refused: [Caller, string][] = [
      [who, 'text=%20.%20'],
      [who, `text=${Array.from({ length: 11 }, (_, at) => `w${at}`).join('+')}`],
      [who, 'text=a,b'],
      [who, 'text:contains=a'],
      [who, '_sort=text'],
      [who, '_sort=box'],
      [who, 'box=outbox'],
      [who, 'box=constructor'],
      [who, 'part-of:Communication.text=a'],
    ];
    for (const [caller, query] of refused)
      assert.equal((await journey().call(caller, 'GET', `Communication?${query}`)).status, 400, query);
  });
}

describe('message boxes', () => {
  eachPortal(journey => {
    boxes(journey);
    searching(journey);
  });
});
