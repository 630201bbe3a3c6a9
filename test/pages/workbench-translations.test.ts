/** Translations at the Workbench: what a language lacks is listed, written, and shown to readers with the next page. */
import assert from 'node:assert/strict';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { eachMembership } from '../identity/members.js';
import { enrolStaff, staffVisitor } from '../identity/staff-visitor.js';

const TRANSLATIONS = '/workbench/translations';
const LANGUAGE = `${TRANSLATIONS}/language`;

eachMembership('the Workbench: translations', portal => {
  let manager: PageVisitor;
  let agent: PageVisitor;
  before(async () => {
    await enrolStaff(portal());
    agent = await staffVisitor(portal(), 'agent');
    manager = await staffVisitor(portal(), 'configuration-manager');
  });
  const open = (query: Record<string, string>, browser = manager): Promise<Page> =>
    browser.get(`${LANGUAGE}?${new URLSearchParams(query).toString()}`);
  const keysIn = ({ text }: Page): string[] => [...text.matchAll(/name="text-(\w+)"/g)].map(([, key = '']) => key);

  it('[RN-29] what a language lacks is listed, a page at a time; what is written leaves the list and is shown to readers', async () => {
    const list = await manager.get(TRANSLATIONS);
    assert.match(list.text, /العربية.*Texts: 0 · Wordings: 0/s);
    const first = await open({ tag: 'fr' });
    const [, next = ''] = /<a href="([^"]+)" rel="next"/.exec(first.text) ?? [];
    const second = await manager.get(next.replaceAll('&amp;', '&'));
    assert.deepEqual([keysIn(first).length, new Set([...keysIn(first), ...keysIn(second)]).size], [20, 40]);
    const [key = ''] = keysIn(first);
    const done = await manager.send(first, { [`text-${key}`]: 'Aller au contenu <b>' }, LANGUAGE);
    assert.match(done.text, /role="status"/);
    assert.ok(!keysIn(done).includes(key));
    const own = await open({ tag: 'fr', show: 'own' });
    assert.deepEqual(keysIn(own), [key]);
    assert.ok(own.text.includes('Aller au contenu &lt;b&gt;') && !own.text.includes('contenu <b>'));
  });

  it('[RN-29] an installed text is said otherwise, found by its words, and taken back by an empty field', async () => {
    const fields = { 'text-workbench': 'The Desk' };
    const page = await open({ tag: 'en', show: 'all', find: 'workbench' });
    await manager.send(page, fields, LANGUAGE);
    assert.match((await manager.get('/workbench')).text, /<title>The Desk<\/title>/);
    await manager.send(await open({ tag: 'en', show: 'own' }), { 'text-workbench': '' }, LANGUAGE);
    assert.match((await manager.get('/workbench')).text, /<title>Workbench<\/title>/);
  });

  it('[RN-29] [E03] a wrong text is refused and kept; of two who write at once the later looks again, and loses nothing', async () => {
    const find = { tag: 'fr', show: 'all', find: 'waitSeconds_one' };
    const wrong = await manager.send(await open(find), { 'text-waitSeconds_one': '{{name}}' }, LANGUAGE);
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /role="alert".*waitSeconds_one/s);
    assert.ok(wrong.text.includes('{{name}}'));
    await manager.send(await open(find), { 'text-waitSeconds_one': 'Un' }, LANGUAGE);
    const [one, other] = [await open(find), await open({ ...find, find: 'waitSeconds_other' })];
    await manager.send(one, { 'text-waitSeconds_one': 'Une' }, LANGUAGE);
    const late = await manager.send(other, { 'text-waitSeconds_other': 'Plus' }, LANGUAGE);
    assert.equal(late.status, 412);
    assert.ok(late.text.includes('Plus'));
    await manager.send(late, { 'text-waitSeconds_other': 'Plus' }, LANGUAGE);
    const both = (await open({ tag: 'fr', show: 'own', find: 'waitSeconds' })).text;
    assert.ok(both.includes('>\nUne<') && both.includes('>\nPlus<'));
  });

  it('[RN-29] [B37] [C17] it is for configuration managers; a form counts with its token; no language, no page', async () => {
    assert.equal((await agent.get(TRANSLATIONS)).status, 403);
    const page = await open({ tag: 'de' }, agent);
    const [key = ''] = keysIn(page);
    assert.equal((await agent.send(page, { [`text-${key}`]: 'Mein Text' }, LANGUAGE)).status, 403);
    const body = new URLSearchParams({ tag: 'de', keys: key, [`text-${key}`]: 'Mein Text' });
    assert.equal((await manager.request(LANGUAGE, { method: 'POST', body })).status, 403);
    assert.deepEqual(keysIn(await open({ tag: 'de', show: 'own' })), []);
    assert.equal((await open({ tag: '<script>' })).status, 404);
  });
});
