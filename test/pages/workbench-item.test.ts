/** A work item at the Workbench: answers with files and drafts, notes, retraction, and what managers do. */
import assert from 'node:assert/strict';
import type { Bundle, Communication, Task } from 'fhir/r4.js';
import { eachMembership, token, type Portal } from '../identity/members.js';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { actionsOf } from '../portal/desk.js';
import { Journey } from '../portal/journey.js';
import { chooseAgent, signedInAgent } from './agent.js';

const GROUP = 'Organization/demo-workflow-group';
const MANAGER = 'demo-agent as Practitioner/demo-manager';
const ANSWER = '/workbench/item/answer';

type Part = string | Blob;

/** Sends a form with files, as a browser does. */
async function sendFiles(
  browser: PageVisitor,
  page: Page,
  action: string,
  fields: Readonly<Record<string, string>>,
  files: readonly (readonly [name: string, content: Blob])[],
): Promise<Page> {
  const [, to = '', content = ''] =
    new RegExp(`<form method="post" action="(${action}[^"]*)">(.*?)</form>`, 's').exec(page.text) ?? [];
  const hidden = [...content.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  const body = new FormData();
  const all: Record<string, Part> = {
    ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])),
    ...fields,
  };
  for (const [name, value] of Object.entries(all)) body.append(name, value);
  for (const [name, file] of files) body.append('upload', file, name);
  const answer = await browser.request(to.replaceAll('&amp;', '&'), { method: 'POST', body });
  const next = answer.headers.get('location');
  return answer.status === 303 && next !== null ? browser.get(next) : answer;
}

const text = (content: string, type = 'text/plain'): Blob => new Blob([content], { type });

eachMembership('a work item at the Workbench', portal => {
  const journey = (): Journey => new Journey(portal().server, portal().storage, { ahead: 0 });
  const { ask, itemsOf } = actionsOf(journey);
  before(() => chooseAgent(portal()));

  /** A question that the agent has claimed. */
  async function claimed(by: Portal = portal()) {
    const sent = await ask(['Organization/demo-clinical-group'], { topic: { text: `Refill ${token()}` } });
    const [task] = await itemsOf(sent);
    const id = String(task?.id);
    const browser = await signedInAgent(by);
    const item = await browser.get(`/workbench/item?id=${id}`);
    return { sent, id, browser, page: await browser.send(item, {}, '/workbench/item/claim') };
  }
  async function answersTo({ id }: Communication): Promise<Communication[]> {
    const { body } = await journey().expect(200, 'demo-patient', 'GET', `Communication?part-of=Communication/${id}`);
    return ((body as unknown as Bundle<Communication>).entry ?? []).flatMap(({ resource }) => resource ?? []);
  }
  const stateOf = async (id: string): Promise<Task> =>
    (await journey().expect(200, 'demo-system', 'GET', `Task/${id}`)).body as unknown as Task;

  it('[MSG-3] [MSG-17] an answer carries files, which its reader opens; what is refused leaves text and files', async () => {
    const { sent, id, browser, page } = await claimed();
    const typed = { text: 'See the plan.', complete: 'on', do: 'send' };
    const odd = await sendFiles(browser, page, ANSWER, typed, [
      ['plan.txt', text('Rest.')],
      ['plan.pdf', text('<html><script>alert(1)</script>', 'application/pdf')],
    ]);
    assert.equal(odd.status, 415);
    assert.match(odd.text, /role="alert"/);
    assert.match(odd.text, /See the plan\.<\/textarea/);
    assert.equal((await stateOf(id)).status, 'in-progress');
    assert.deepEqual(await answersTo(sent), []);
    const kept = [...odd.text.matchAll(/name="(file-\d+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('&quot;', '"'),
    ]);
    const [first] = kept;
    const done = await sendFiles(browser, odd, ANSWER, { ...typed, ...Object.fromEntries([first ?? []]) }, []);
    assert.equal(done.status, 200);
    assert.match(done.text, /plan\.txt/);
    const [answer] = await answersTo(sent);
    const url = answer?.payload?.[1]?.contentAttachment?.url ?? '';
    const read = await journey().expect(200, 'demo-patient', 'GET', url);
    assert.equal(read.text, 'Rest.');
    assert.equal((await stateOf(id)).status, 'completed');
  });

  it('[E10] a form with files that is broken, too large, or a stranger’s stores nothing', async () => {
    const { browser, page } = await claimed();
    const binaries = async (): Promise<number> =>
      Number((await journey().expect(200, 'demo-system', 'GET', 'Binary?_summary=count')).body['total']);
    const before = await binaries();
    const large = new Blob([Buffer.alloc(25 * 1024 * 1024 + 1, 'x')], { type: 'text/plain' });
    const refused = await sendFiles(browser, page, ANSWER, { text: 'Kept', do: 'send' }, [['large.txt', large]]);
    assert.equal(refused.status, 413);
    assert.match(refused.text, /Kept<\/textarea/);
    const stranger = await sendFiles(browser, page, ANSWER, { form: 'x' }, [['plan.txt', text('Rest.')]]);
    assert.equal(stranger.status, 403);
    const type = 'multipart/form-data; boundary=b';
    for (const [broken, contentType] of [
      ['--b\r\nContent-Disposition: form-data; name="upload"; filename="x"\r\n\r\nabc', type],
      ['', 'multipart/form-data'],
      [`--b\r\n${'X: y\r\n'.repeat(5000)}\r\n`, type],
      [`--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n${'x'.repeat(300_000)}\r\n--b--`, type],
    ] as const) {
      const headers = { 'content-type': contentType };
      const { status } = await browser.request(`${ANSWER}?id=x`, { method: 'POST', body: broken, headers });
      assert.ok([400, 403, 413].includes(status), String(status));
    }
    assert.equal(await binaries(), before);
  });

  it('[MSG-19] a draft is kept, is its writer’s alone, and is sent in its place; another is given up', async () => {
    const { sent, id, browser, page } = await claimed();
    const kept = await browser.send(page, { text: 'Not yet', do: 'keep' }, ANSWER);
    assert.match(kept.text, /role="status">The draft is kept/);
    assert.deepEqual(await answersTo(sent), []);
    const again = await browser.get(`/workbench/item?id=${id}`);
    assert.match(again.text, /Not yet<\/textarea/);
    const sentNow = await browser.send(again, { text: 'Now it is', do: 'send' }, ANSWER);
    assert.ok(!sentNow.text.includes('Not yet</textarea'), 'the draft has become the message');
    const [answer, ...more] = await answersTo(sent);
    assert.deepEqual([answer?.payload?.[0]?.contentString, more], ['Now it is', []]);
    const other = await browser.send(
      await browser.get(`/workbench/item?id=${id}`),
      { text: 'Wrong', do: 'keep' },
      ANSWER,
    );
    const gone = await browser.send(other, { do: 'discard' }, ANSWER);
    assert.ok(!gone.text.includes('Wrong</textarea'));
    assert.equal((await answersTo(sent)).length, 1);
  });

  it('[MSG-6] notes are the staff’s; a message is taken back, and its trace stays', async () => {
    const { sent, id, browser, page } = await claimed();
    const noted = await browser.send(page, { note: 'Ask <b>Lee</b>' }, '/workbench/item/note');
    assert.match(noted.text, /Ask &lt;b&gt;Lee&lt;\/b&gt;/);
    const answered = await browser.send(noted, { text: 'A wrong thing', do: 'send' }, ANSWER);
    assert.match(answered.text, /A wrong thing/);
    const back = await browser.send(answered, {}, '/workbench/item/retract');
    assert.ok(!back.text.includes('A wrong thing'));
    assert.match(back.text, /This message was retracted/);
    const [trace] = await answersTo(sent);
    assert.deepEqual([trace?.status, trace?.payload], ['entered-in-error', undefined]);
    assert.equal((await stateOf(id)).status, 'in-progress');
  });

  it('[MSG-6] a manager’s order of urgency shows in the queue; overdue is marked; others are not asked for', async () => {
    const subjects = [`Calm ${token()}`, `Pressing ${token()}`];
    const tasks = [];
    for (const subject of subjects) {
      const [task] = await itemsOf(await ask(['Organization/demo-clinical-group'], { topic: { text: subject } }));
      tasks.push(task);
    }
    const parameter = [
      { name: 'priority', valueCode: 'stat' },
      { name: 'due', valueDateTime: new Date(portal().world.clock.now() + 1000).toISOString() },
    ];
    const body = { resourceType: 'Parameters', parameter };
    await journey().expect(200, MANAGER, 'POST', `Task/${tasks[1]?.id}/$prioritize`, body);
    const browser = await signedInAgent(portal());
    const query = `/workbench?group=${GROUP}`;
    const places = async (address: string): Promise<number[]> => {
      const { text: shown } = await browser.get(address);
      return subjects.map(subject => shown.indexOf(subject));
    };
    const [calm = 0, pressing = 0] = await places(`${query}&order=urgency`);
    assert.ok(pressing > 0 && (calm < 0 || pressing < calm), 'the most urgent first');
    const [left, late = 0] = await places(`${query}&only=overdue`);
    assert.ok(left === -1 && late > 0);
    assert.match((await browser.get(`${query}&only=urgent`)).text, /At once/);
    assert.deepEqual(await places(`${query}&name=Nobody`), [-1, -1]);
  });
});
