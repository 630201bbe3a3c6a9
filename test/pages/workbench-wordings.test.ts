/** Wordings at the Workbench: found by notice and language, edited, previewed, and saved unless somebody else was faster. */
import assert from 'node:assert/strict';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { eachMembership, token } from '../identity/members.js';
import { enrolStaff, staffVisitor } from '../identity/staff-visitor.js';

const WORDINGS = '/workbench/wordings';
const EDITOR = `${WORDINGS}/wording`;

const unescaped = (text: string): string =>
  [
    ['&quot;', '"'],
    ['&#39;', "'"],
    ['&lt;', '<'],
    ['&gt;', '>'],
    ['&amp;', '&'],
  ].reduce((plain, [escaped = '', char = '']) => plain.replaceAll(escaped, char), text);

/** The templates that an editor shows. */
const templatesIn = ({ text }: Page): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/<textarea\s+id="(\w+)".*?>\n?(.*?)<\/textarea/gs)].map(([, part = '', content = '']) => [
      part,
      unescaped(content),
    ]),
  );

eachMembership('the Workbench: wordings', portal => {
  let manager: PageVisitor;
  let agent: PageVisitor;
  before(async () => {
    await enrolStaff(portal());
    agent = await staffVisitor(portal(), 'agent');
    manager = await staffVisitor(portal(), 'configuration-manager');
  });
  const editor = (language = 'en', browser = manager) => browser.get(`${EDITOR}?id=notice-enrolled&for=${language}`);
  const saved = (page: Page, fields: Record<string, string>, browser = manager) =>
    browser.send(page, { ...templatesIn(page), ...fields }, EDITOR);
  /** As the button for the preview sends the form. */
  const previewed = (page: Page, fields: Record<string, string>) => {
    const text = page.text.replace(`action="${EDITOR}`, `action="${WORDINGS}/preview`);
    return manager.send({ ...page, text }, { ...templatesIn(page), ...fields }, `${WORDINGS}/preview`);
  };

  it('[MSG-4] [RN-29] every notice has a name and its languages; one is said otherwise, and goes out so', async () => {
    const list = await manager.get(WORDINGS);
    assert.equal(list.status, 200);
    assert.match(list.text, /The account is in use.*wording\?id=notice-enrolled&amp;for=ar/s);
    assert.ok(!list.text.includes('<th scope="row"><bdi dir="ltr">'), 'a notice without a name');
    const page = await editor();
    assert.ok(page.text.includes('{{ link }}'), 'parameters are listed');
    const subject = `Welcome ${token()}`;
    const done = await saved(page, { subject });
    assert.match(done.text, /role="status"/);
    const { email } = await portal().member();
    assert.equal((await portal().mails(email)).at(-1)?.subject, subject);
    assert.equal(templatesIn(await editor('ar'))['subject']?.includes(subject), false);
  });

  it('[MSG-4] [RN-29] another language begins with the words to translate, and is saved beside the others', async () => {
    const page = await editor('fr');
    assert.notEqual(templatesIn(page)['subject'], '');
    await saved(page, { subject: 'Votre compte est prêt' });
    assert.equal(templatesIn(await editor('fr'))['subject'], 'Votre compte est prêt');
    assert.notEqual(templatesIn(await editor('ar'))['subject'], 'Votre compte est prêt');
    assert.equal((await editor('no language')).status, 404);
  });

  it('[MSG-4] what is typed is previewed in a sandbox and not saved; a wrong template is told by its line, and not lost', async () => {
    const page = await editor();
    const preview = await previewed(page, {
      subject: 'A <i>draft</i>',
      html: '<p>Hello {{ given }}</p>\r\n<p style="color: #17595a">Bye</p>',
    });
    assert.equal(preview.status, 200);
    assert.match(preview.headers.get('content-security-policy') ?? '', /default-src 'none';.*sandbox/);
    assert.match(preview.text, /A &lt;i&gt;draft&lt;\/i&gt;/);
    assert.match(preview.text, /<iframe sandbox [^>]*srcdoc="[^"]*Hello Dana/);
    assert.notEqual(templatesIn(await editor())['subject'], 'A <i>draft</i>');
    const html = '<p>Hello</p>\r\n<script>alert(1)</script>';
    for (const refused of [await previewed(page, { html }), await saved(page, { html })]) {
      assert.equal(refused.status, 422);
      assert.match(refused.text, /html, line 2/);
      assert.ok(!refused.text.includes('<script>alert'));
    }
    const unknown = await saved(page, { sms: '{{ diagnosis }}' });
    assert.match(unknown.text, /sms, line 1.*diagnosis/);
    assert.equal(templatesIn(unknown)['sms'], '{{ diagnosis }}');
  });

  it('[MSG-4] [E03] of two who edit at once the later is shown what is stored, keeps what was typed, and decides', async () => {
    const [one, other] = [await editor(), await editor()];
    await saved(one, { subject: 'The first' });
    const late = await saved(other, { subject: 'The second' });
    assert.equal(late.status, 412);
    assert.match(late.text, /role="alert".*<pre[^>]*>The first<\/pre>/s);
    assert.equal(templatesIn(late)['subject'], 'The second');
    assert.equal(templatesIn(await editor())['subject'], 'The first');
    await saved(late, {});
    assert.equal(templatesIn(await editor())['subject'], 'The second');
  });

  it('[MSG-4] [B37] [C17] it is for configuration managers; a form counts with its token', async () => {
    const refused = await saved(await editor('en', agent), { subject: 'Mine' }, agent);
    assert.equal(refused.status, 403);
    const body = new URLSearchParams({ id: 'notice-enrolled', for: 'en', subject: 'Forged' });
    for (const path of [EDITOR, `${WORDINGS}/preview`])
      assert.equal((await manager.request(path, { method: 'POST', body })).status, 403);
    assert.ok(!['Mine', 'Forged'].includes(templatesIn(await editor())['subject'] ?? ''));
  });
});
