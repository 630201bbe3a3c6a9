/** Every template, in every language, with the parameters its effect carries. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { configurationOf } from '../../src/configuration/resource.js';
import { FILE_BASE, ownCanonicals } from '../../src/fhir/own-canonicals.js';
import { dayIn, initialOf } from '../../src/wording/pieces.js';
import { organization, templatesFolder } from '../delivery/parts.js';
import { noticeKinds } from '../../src/portal/notice-kinds.table.js';
import { installedWordings, shipped } from './installed.js';

const links = { preferences: 'https://portal.example.org/preferences', misdirected: 'https://portal.example.org/no' };
const invited = { given: 'ákos', code: 'B', link: 'https://portal.example.org', topic: '', until: '2026-01-01' };
const parameters = { ...invited, ...links };

describe('wordings of the installation', () => {
  const templates = installedWordings();
  /** Of an event, or of a topic of it: `invitation-visit`. */
  const render: typeof templates.render = (name, language, values, shown) => {
    const [event = name, topic = ''] = name.startsWith('invitation-') ? name.split('-') : [name];
    return templates.render(event, language, { ...values, topic }, shown);
  };
  const nameless = configurationOf(undefined, ownCanonicals(FILE_BASE));

  it('[RN-1] are there for every event, each with a text message', () => {
    const ids = new Set(shipped.map(({ id }) => id));
    for (const event of Object.keys(noticeKinds)) assert.ok(ids.has(`notice-${event}`), event);
    for (const one of shipped) {
      const parts = one.extension?.flatMap(({ extension = [] }) => extension.map(({ url }) => url)) ?? [];
      assert.equal(parts.filter(part => part === 'sms').length, 2, one.id);
    }
  });

  it('are the same set in each language', () => {
    assert.deepEqual(readdirSync(join(templatesFolder, 'ar')), readdirSync(join(templatesFolder, 'en')));
  });

  for (const language of ['en', 'ar'])
    for (const name of ['invitation', 'invitation-visit', 'new-message', 'enrolled']) {
      it(`${language}: ${name} renders its four parts`, async () => {
        const rendered = await render(name, language, parameters, organization);
        assert.equal(rendered.language, language);
        for (const part of [rendered.subject, rendered.text, rendered.html, rendered.sms]) {
          assert.ok(part.length > 5 && !/[{}]{2}|undefined/.test(part), part);
        }
      });

      it(`[PC-2] ${language}: ${name} names organization, telephone, help, preferences, and a way to say that it went wrong`, async () => {
        const { text, html } = await render(name, language, parameters, organization);
        for (const shown of [
          organization['help-telephone'],
          organization['help-page'],
          links.preferences,
          links.misdirected,
        ]) {
          assert.ok(text.includes(shown) && html.includes(shown), shown);
        }
        assert.equal(/background: ?#7a1f5c/.test(html), html.includes('inline-block'));
        assert.ok(text.includes('Nordic & Sons Clinic') && html.includes('Nordic &amp; Sons Clinic'), html);
      });

      it(`[PC-2] ${language}: ${name} shows a given name's initial alone, and speaks of a provider without a name`, async () => {
        const { text, html, subject } = await render(name, language, parameters, nameless);
        assert.ok(text.includes('Á.') && html.includes('Á.'), text);
        assert.ok(!/kos/i.test(text + html + subject.replaceAll('your', '')), text);
        assert.match(text, language === 'en' ? /your health care provider/ : /مقدّم الرعاية الصحية/);
        assert.ok(!/Telephone|الهاتف|Help:|المساعدة:/.test(text), text);
      });

      it(`[PC-2] ${language}: ${name} as a text message is one line of at most two segments, with its link`, async () => {
        const { sms } = await render(name, language, parameters, organization);
        assert.match(sms, /^[^\n]*https:\/\/portal\.example\.org$/);
        assert.ok(sms.length <= (language === 'ar' ? 2 * 67 : 2 * 153), `${sms.length}: ${sms}`);
      });

      it(`[RN-10] ${language}: ${name} says language and direction on the content: web mail drops the outer element`, async () => {
        const { html } = await render(name, language, parameters, organization);
        const [, content = ''] = html.split('<body');
        assert.match(content, new RegExp(`<div lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}"`));
      });
    }

  it('begin a sentence behind the greeting with a capital letter', async () => {
    for (const name of ['invitation', 'invitation-visit', 'enrolled']) {
      for (const shown of [organization, nameless]) {
        const { text } = await render(name, 'en', parameters, shown);
        assert.match(text, /^Hello Á\.,\n\n\p{Lu}/u);
      }
    }
  });

  it('[RN-29] fall back from a language that is not enabled to the default', async () => {
    const arabic = { ...organization, language: ['ar'], 'default-language': 'ar' };
    for (const requested of ['en', 'en-GB', 'pt', undefined]) {
      assert.equal((await templates.render('new-message', requested, parameters, arabic)).language, 'ar', requested);
    }
    assert.equal((await templates.render('new-message', 'ar-SA', parameters, organization)).language, 'ar');
  });

  it('refuse to leave a parameter out', async () => {
    await assert.rejects(templates.render('invitation', 'en', { given: 'A' }, organization));
  });

  it('[RN-29] write days in the language of their reader, in the time zone of the organization', () => {
    assert.equal(dayIn('en', '2026-03-15T03:30:00Z', 'America/New_York'), 'March 14, 2026');
    assert.equal(dayIn('en-GB', '2026-03-15', 'America/New_York'), '15 March 2026');
    assert.match(dayIn('ar-SA', '2026-03-15', 'UTC'), /مارس/);
    assert.equal(dayIn('en', 'soon', 'UTC'), 'soon');
  });

  it('know the initial of any given name', () => {
    assert.deepEqual(['zoë', ' ليلى', '', 'e\u0301va', '👩‍⚕️x'].map(initialOf), ['Z.', 'ل.', '', 'E\u0301.', '👩‍⚕️.']);
  });
});
