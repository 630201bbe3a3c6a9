/** The configuration is changed in a browser without script, with effect at once. */
import assert from 'node:assert/strict';
import type { Basic, Extension } from 'fhir/r4.js';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { configure, eachMembership } from '../identity/members.js';
import { enrolStaff, staffVisitor } from '../identity/staff-visitor.js';
import { actionsOf, coding } from '../portal/desk.js';
import { Journey } from '../portal/journey.js';

const CONFIGURATION = '/workbench/configuration';
const BRANDING = '/workbench/branding';
const PREVIEW = `${BRANDING}/preview`;
const DRAWING =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#7a1f5c"/></svg>';
const STORED = 'Basic/portal-configuration';

const unescaped = (text: string): string =>
  text
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** The fields of the form as a browser would send them back. */
function fieldsOf({ text }: Page): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [tag] of text.matchAll(/<input\s[^>]*>/g)) {
    const [, name = ''] = /name="([^"]*)"/.exec(tag) ?? [];
    const [, value = ''] = /value="([^"]*)"/.exec(tag) ?? [];
    if (!/type="(?:hidden|file)"/.test(tag) && (!tag.includes('type="checkbox"') || /\schecked/.test(tag)))
      fields[name] = unescaped(value);
  }
  for (const [, name = '', content = ''] of text.matchAll(/<textarea\s[^>]*name="([^"]*)"[^>]*>\n?([^<]*)<\/textarea/g))
    fields[name] = unescaped(content);
  for (const [, name = '', content = ''] of text.matchAll(/<select id="[^"]*" name="([^"]*)"(.*?)<\/select>/gs))
    fields[name] = /value="([^"]*)"\s+selected/.exec(content)?.[1] ?? '';
  return fields;
}

eachMembership('administration of the configuration', portal => {
  const journey = (): Journey => new Journey(portal().server, portal().storage, { ahead: 0 });
  const stored = async () => (await portal().fhir('demo-system', 'GET', STORED)) as unknown as Basic;
  const settingsNow = async (): Promise<Extension[]> => (await stored()).extension?.[0]?.extension ?? [];
  let manager: PageVisitor;
  before(async () => {
    await enrolStaff(portal());
    manager = await staffVisitor(portal(), 'configuration-manager');
  });
  const save = (page: Page, changes: Record<string, string>, without: readonly string[] = []) => {
    const fields = { ...fieldsOf(page), ...changes };
    return manager.send(
      page,
      Object.fromEntries(Object.entries(fields).filter(([name]) => !without.includes(name))),
      `${CONFIGURATION}?`,
    );
  };

  /** Sends the form of branding with a file, as browsers do. */
  async function sendBranding(
    page: Page,
    changes: Record<string, string>,
    action: string,
    file = DRAWING,
  ): Promise<Page> {
    const hidden = [...page.text.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const form = new FormData();
    for (const [, name = '', value = ''] of hidden) form.set(name, unescaped(value));
    for (const [name, value] of Object.entries({ ...fieldsOf(page), ...changes })) form.set(name, value);
    form.append('icon-file', new Blob([file], { type: 'image/svg+xml' }), 'icon.svg');
    const own = { origin: new URL(portal().server.url).origin, 'sec-fetch-site': 'same-origin' };
    const sent = await manager.request(action, { method: 'POST', body: form, headers: own });
    return sent.status === 303 ? manager.get(sent.headers.get('location') ?? '') : sent;
  }

  it('[RN-24] a form that nobody changed changes nothing; switches and settings bind the next request, and are audited', async () => {
    const { meta } = await stored();
    await save(await manager.get(CONFIGURATION), {});
    assert.equal((await stored()).meta?.versionId, meta?.versionId);
    const ask = () =>
      actionsOf(journey).write('demo-patient', {
        ...{
          recipient: [{ reference: 'Organization/demo-clinical-group' }],
          category: [coding('message-category', 'billing')],
        },
      });
    assert.equal((await ask()).status, 201);
    await configure(portal(), { 'application-title': { valueString: 'Kept' } });
    const changes = { 'session-hours': '8', language: 'en\nar  fr', 'postal-address': '<script>1</script>' };
    const saved = await save(await manager.get(CONFIGURATION), changes, [
      'questions-billing',
      'second-factor-role.workbench-user',
    ]);
    assert.equal(saved.status, 422, 'an empty list');
    const good = await save(saved, { ...changes, 'second-factor-role.auditor': '1' });
    assert.match(good.text, /role="status"/);
    assert.match(good.text, /value="&lt;script&gt;1&lt;\/script&gt;"/);
    assert.equal((await ask()).status, 403);
    const given = (await settingsNow()).map(({ url, ...value }) => [url, ...Object.values(value as object)]);
    assert.deepEqual(
      given.sort(),
      [
        ['application-title', 'Kept'],
        ['language', 'ar'],
        ['language', 'en'],
        ['language', 'fr'],
        ['postal-address', '<script>1</script>'],
        ['questions-billing', false],
        ['second-factor-role', 'auditor'],
        ['session-hours', 8],
      ].sort(),
    );
    const path = `AuditEvent?entity=${STORED}&action=U&_sort=-date&_count=1`;
    const { text } = await journey().expect(200, 'demo-agent as Practitioner/demo-auditor', 'GET', path);
    assert.match(text, /questions-billing/);
    assert.match(text, /Practitioner\/demo-configuration-manager/);
    const role = 'second-factor-role.workbench-user';
    const usual = {
      'postal-address': '',
      'questions-billing': '1',
      'session-hours': '',
      language: 'en ar',
      [role]: '1',
    };
    const back = await save(good, usual, ['second-factor-role.auditor']);
    assert.equal(back.status, 200);
    assert.equal((await ask()).status, 201);
    assert.ok((await settingsNow()).every(({ url }) => !Object.hasOwn(usual, url)));
  });

  it('[RN-24] of two who change it at once the later is told, and keeps what they typed', async () => {
    const page = await manager.get(CONFIGURATION);
    await configure(portal(), { 'application-title': { valueString: 'Earlier' } });
    const late = await save(page, { 'help-telephone': '+1 555 0100' }, ['replies']);
    assert.equal(late.status, 412);
    assert.equal(fieldsOf(late)['help-telephone'], '+1 555 0100');
    assert.equal(fieldsOf(late)['replies'], undefined);
    assert.ok((await settingsNow()).every(({ url }) => url === 'application-title'));
    assert.equal((await save(late, {})).status, 200);
    assert.deepEqual((await settingsNow()).map(({ url }) => url).sort(), [
      'application-title',
      'help-telephone',
      'replies',
    ]);
  });

  it('[RN-24] what is wrong is said by its field, and nothing changes', async () => {
    const { meta } = await stored();
    const page = await manager.get(CONFIGURATION);
    for (const [name, value] of [
      ['session-hours', '0'],
      ['session-hours', 'eight'],
      ['help-page', 'javascript:alert(1)'],
      ['help-telephone', '"><script>'],
      ['time-zone', 'Mars/Olympus'],
      ['default-language', 'xx-'],
      ['default-language', 'fr'],
      ['language', 'EN'],
      ['attachment-type', 'text/html'],
      ['credential-model', 'none'],
      ['attachments-of-message', '9999999999'],
    ] as const) {
      const refused = await save(page, { [name]: value });
      assert.ok([400, 422].includes(refused.status), `${name} ${refused.status}`);
      assert.match(refused.text, new RegExp(`id="${name}-problem"`), name);
      if (name !== 'credential-model') assert.equal(fieldsOf(refused)[name], value);
    }
    assert.equal((await stored()).meta?.versionId, meta?.versionId);
  });

  it('[RN-27] titles, colors and icon are previewed without a script and without being saved, then saved at once', async () => {
    const { meta } = await stored();
    const page = await manager.get(BRANDING);
    const typed = { 'application-title': 'My<b>Portal', 'accent-color': '#7a1f5c', 'paper-color': '#fff8fb' };
    const preview = await sendBranding(page, typed, PREVIEW);
    assert.match(preview.text, /assets\/sample\.7a1f5c\.fff8fb\.css/);
    assert.match(preview.text, /class="brand"><img class="mark" src="data:image\/svg\+xml;base64,.*My&lt;b&gt;Portal/s);
    assert.match(preview.headers.get('content-security-policy') ?? '', /img-src 'self' data:;/);
    assert.equal((await stored()).meta?.versionId, meta?.versionId);
    const style = await manager.get('/assets/sample.7a1f5c.fff8fb.css');
    assert.match(style.text, /^\.sample\{--accent:light-dark\(#7a1f5c,/);
    for (const wrong of ['sample.7a1f5c.css', 'sample.7a1f5c.fff8fb}.css', 'sample.red.fff8fb.css'])
      assert.equal((await manager.get(`/assets/${wrong}`)).status, 404);
    // The file that was chosen for the preview is saved with it.
    const saved = await manager.send(preview, fieldsOf(preview), `${BRANDING}?`);
    assert.match(saved.text, /role="status"/);
    assert.match(
      saved.text,
      /<link rel="stylesheet" href="\/assets\/brand\.[^>]*>[^]*<img class="mark" src="\/assets\/icon\./,
    );
    assert.match((await portal().visitor().get('/sign-in')).text, /My&lt;b&gt;Portal/);
    const off = await manager.send(saved, { ...fieldsOf(saved), 'remove-icon': '1' }, `${BRANDING}?`);
    assert.doesNotMatch(off.text, /assets\/icon\./);
    assert.ok(
      (await settingsNow()).some(({ url }) => url === 'help-telephone'),
      'what the form does not show stays',
    );
  });

  it('[RN-27] [F06] a palette that is not legible and a file that is no icon are told in the preview, and not saved', async () => {
    const { meta } = await stored();
    const page = await manager.get(BRANDING);
    for (const [wrong, file] of [
      [{ 'accent-color': '#e0c040' }, undefined],
      [{ 'accent-color': 'red;}' }, undefined],
      [{ 'paper-color': '#222222' }, undefined],
      [{}, '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ] as const) {
      for (const action of [PREVIEW, `${BRANDING}?`]) {
        const answer = await sendBranding(page, wrong, action, file ?? DRAWING);
        assert.equal(answer.status, action === PREVIEW ? 200 : 422);
        assert.match(answer.text, /class="wrong"><span lang="en"/, JSON.stringify([wrong, file, action]));
        assert.doesNotMatch(answer.text, /<script>alert|red;\}/);
      }
    }
    assert.match(
      (await sendBranding(page, { 'accent-color': '#e0c040' }, PREVIEW)).text,
      /a contrast of 1\.7.*Too little/s,
    );
    const large = await sendBranding(page, {}, PREVIEW, 'x'.repeat(200_000));
    assert.equal(large.status, 413);
    assert.equal((await stored()).meta?.versionId, meta?.versionId);
    const agent = await staffVisitor(portal(), 'agent');
    assert.equal((await agent.get(BRANDING)).status, 403);
    assert.equal((await agent.request(PREVIEW, { method: 'POST' })).status, 403);
    const late = await manager.get(BRANDING);
    await configure(portal(), { 'help-telephone': { valueString: '+1 555 0101' } });
    const again = await sendBranding(
      await sendBranding(late, { 'application-title': 'Late' }, PREVIEW),
      {},
      `${BRANDING}?`,
    );
    assert.equal(again.status, 412, 'a preview keeps the version that the form was made of');
  });

  it('[RN-24] [B37] it is for configuration managers, by forms of its own pages', async () => {
    const { meta } = await stored();
    const form = await manager.get(CONFIGURATION);
    for (const staff of ['administrator', 'manager', 'agent', 'auditor'] as const) {
      const visitor = await staffVisitor(portal(), staff);
      const shown = await visitor.get(CONFIGURATION);
      assert.equal(shown.status, 403);
      assert.doesNotMatch(shown.text, />Configuration</);
    }
    const body = new URLSearchParams({ id: 'portal-configuration', version: meta?.versionId ?? '', replies: '1' });
    const forged = await manager.request(CONFIGURATION, { method: 'POST', body });
    assert.equal(forged.status, 403);
    assert.equal((await stored()).meta?.versionId, meta?.versionId);
    assert.match(form.text, /lang=ar/);
    assert.match((await manager.get(`${CONFIGURATION}?lang=ar`)).text, /يطرح المرضى أسئلة طبية/);
  });
});
