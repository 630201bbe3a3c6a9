/** The Workbench: staff work at their queues in a browser without script, with their own rights and no others. */
import assert from 'node:assert/strict';
import { actionsOf } from '../portal/desk.js';
import { Journey } from '../portal/journey.js';
import { eachMembership, signIn, token } from '../identity/members.js';
import { chooseAgent, signedInAgent } from './agent.js';
import type { Page } from '../fixtures/page-visitor.js';

/** The address of the work item with this subject, on a page of a queue. */
const addressOf = ({ text }: Page, subject: string): string => {
  const [, address = ''] = new RegExp(`<a href="([^"]+)"\\s*><bdi>${subject}</bdi>`).exec(text) ?? [];
  return address.replaceAll('&amp;', '&');
};

eachMembership('the Workbench', portal => {
  const journey = (): Journey => new Journey(portal().server, portal().storage, { ahead: 0 });
  const { ask } = actionsOf(journey);
  before(() => chooseAgent(portal()));
  const question = (subject: string) =>
    ask(['Organization/demo-clinical-group'], {
      topic: { text: subject },
      payload: [{ contentString: `${subject}?` }],
    });

  it('[MSG-6] [MSG-17] an agent claims a question, answers it in the name of the group, and it is done', async () => {
    const subject = `Refill ${token()}`;
    const sent = await question(subject);
    const browser = await signedInAgent(portal());
    const queue = await browser.get('/workbench');
    assert.match(queue.text, /Family Medicine Message Desk/);
    const item = await browser.get(addressOf(queue, subject));
    assert.match(item.text, /Whitfield/);
    assert.ok(item.text.includes(`${subject}?`) && !item.text.includes('name="text"'));
    const claimed = await browser.send(item, {}, '/workbench/item/claim');
    const mine = await browser.get('/workbench?view=mine');
    assert.notEqual(addressOf(mine, subject), '');
    const answered = await browser.send(
      claimed,
      { text: 'It is ready <b>now</b>.', complete: 'on' },
      '/workbench/item/answer',
    );
    assert.match(answered.text, /It is ready &lt;b&gt;now&lt;\/b&gt;\./);
    const [task] = await actionsOf(journey).itemsOf(sent);
    assert.equal(task?.status, 'completed');
    const { body } = await journey().expect(
      200,
      'demo-patient',
      'GET',
      `Communication?part-of=Communication/${String(sent.id)}`,
    );
    const [entry] = body['entry'] as unknown as { resource: { sender: { reference: string } } }[];
    assert.equal(entry?.resource.sender.reference, 'Organization/demo-clinical-group');
  });

  it('[MSG-6] it waits for the patient, is resumed, given back, and transferred; a lost race says why, and keeps the text', async () => {
    const subject = `Waiting ${token()}`;
    const sent = await question(subject);
    const [task] = await actionsOf(journey).itemsOf(sent);
    const browser = await signedInAgent(portal());
    const address = addressOf(await browser.get('/workbench'), subject);
    let page = await browser.get(address);
    for (const move of ['claim', 'wait', 'resume']) page = await browser.send(page, {}, `/workbench/item/${move}`);
    assert.match(page.text, /role="status"/);
    await journey().expect(200, 'demo-agent as Practitioner/demo-manager', 'POST', `Task/${task?.id}/$unassign`);
    const late = await browser.send(page, { text: 'Too late' }, '/workbench/item/answer');
    assert.equal(late.status, 409);
    assert.match(late.text, /role="alert"/);
    assert.match(late.text, /This was not sent.*Too late/s);
    assert.match(late.text, /workbench\/item\/answer\?id=[^"]+lang=ar/);
    const arabic = await browser.get(`/workbench/item/answer?id=${task?.id}&lang=ar`);
    assert.match(arabic.text, /<html lang="ar"/);
    const done = await browser.send(await browser.get(address), {}, '/workbench/item/claim');
    await browser.send(done, {}, '/workbench/item/release');
    assert.notEqual(addressOf(await browser.get('/workbench'), subject), '');
  });

  it('[B37] [C17] it is for staff who are signed in, shows nothing of other groups, and takes forms of its own pages alone', async () => {
    const stranger = await portal().visitor().get('/workbench');
    assert.match(stranger.text, /name="password"/);
    const asked = await portal().visitor().get('/workbench/item?id=abc-1');
    assert.match(asked.text, /action="\/sign-in\?[^"]*return=%2Fworkbench%2Fitem%3Fid%3Dabc-1/);
    const beyond = await portal().visitor().get('/sign-in?return=/workbench//example.org');
    assert.doesNotMatch(beyond.text, /action="\/sign-in[^"]*example/);
    const member = await portal().member();
    const own = portal().visitor();
    await signIn(own, member);
    assert.equal((await own.get('/workbench')).status, 403);
    const { clinical } = await actionsOf(journey).desk('Elsewhere');
    const secret = `Secret ${token()}`;
    const [task] = await actionsOf(journey).itemsOf(await ask([clinical], { topic: { text: secret } }));
    const browser = await signedInAgent(portal());
    const hidden = await browser.get(`/workbench/item?id=${task?.id}`);
    const absent = await browser.get('/workbench/item?id=absent');
    assert.deepEqual([hidden.status, absent.status], [404, 404]);
    assert.equal(hidden.text.replaceAll(String(task?.id), ''), absent.text.replaceAll('absent', ''));
    assert.ok(!(await browser.get(`/workbench?group=Organization/absent`)).text.includes(secret));
    const forged = await browser.request('/workbench/item/claim', {
      method: 'POST',
      body: new URLSearchParams({ id: String(task?.id) }),
    });
    assert.equal(forged.status, 403);
  });

  it('[MSG-6] a long queue is shown a page at a time, without gaps', async () => {
    const mark = token();
    for (let at = 0; at < 21; at++) await question(`${mark} ${at}`);
    const browser = await signedInAgent(portal());
    const subjects = new Set<string>();
    for (let page = await browser.get('/workbench'); ;) {
      for (const [, subject = ''] of page.text.matchAll(new RegExp(`<bdi>(${mark} \\d+)</bdi>`, 'g')))
        subjects.add(subject);
      const [, next] = /<a\s+href="([^"]+)"\s+rel="next"/.exec(page.text) ?? [];
      if (next === undefined) break;
      page = await browser.get(next.replaceAll('&amp;', '&'));
    }
    assert.equal(subjects.size, 21);
  });

  it('[RN-10] it is in the language of its reader', async () => {
    await question(`Language ${token()}`);
    const page = await (await signedInAgent(portal())).get('/workbench?lang=ar');
    assert.match(page.text, /<html lang="ar" dir="rtl">/);
    assert.match(page.text, /بانتظار موظف/);
  });
});
