/** Which words a notice has, and what becomes of one whose words fail. */
import assert from 'node:assert/strict';
import { organization } from '../delivery/parts.js';
import { wording, type Words } from '../portal/wording-resources.js';
import { installedWordings } from './installed.js';

const parameters = {
  ...{ given: 'Dana', code: 'ABCD', link: 'https://portal.example.org/x', until: '2026-03-15' },
  ...{ preferences: 'https://portal.example.org/p', misdirected: 'https://portal.example.org/n' },
};
const settings = { ...organization, language: ['en', 'ar', 'fr', 'pt'], 'default-language': 'fr' };
const invited = (topic = '') => ({ ...parameters, topic });

describe('the words of a notice', () => {
  const words = (...languages: string[]): Record<string, Words> =>
    Object.fromEntries(languages.map(language => [language, { subject: `${language} of {{ topic }}` }]));

  it('[RN-1] [RN-29] are looked for by topic and language, topic and default, event and language, event and default', async () => {
    const topic = wording('invitation', 'x', words('ar', 'fr'));
    const event = wording('invitation', undefined, words('ar', 'fr', 'pt', 'en'));
    const english = wording('invitation', 'e', words('en'));
    const all = installedWordings([event, topic, english]);
    const subject = async (about: string, language?: string) =>
      (await all.render('invitation', language, invited(about), settings)).subject;
    assert.equal(await subject('x', 'ar-LB'), 'ar of x');
    assert.equal(await subject('x', 'pt'), 'fr of x');
    assert.equal(await subject('x'), 'fr of x');
    assert.equal(await subject('other', 'pt-BR'), 'pt of other');
    assert.equal(await subject('other', 'de'), 'fr of other');
    assert.equal(await subject('e', 'pt'), 'pt of e', 'not the source language of the topic');
    assert.equal(await subject('e', 'en'), 'en of e');
    const portuguese = { ...settings, 'default-language': 'pt' };
    const { language } = await installedWordings().render('invitation', 'de', invited(), portuguese);
    assert.equal(language, 'en', 'the source language at last');
  });

  it('[RN-1] that fail give way to the next ones, and are reported; a notice is not lost for them', async () => {
    const reported: unknown[] = [];
    const failing = wording('invitation', 'x', { en: { text: '{{ nothing }}' }, fr: { subject: 'x'.repeat(251) } });
    const all = installedWordings([failing, wording('invitation', undefined, words('fr'))], reported);
    assert.equal((await all.render('invitation', 'en', invited('x'), settings)).subject, 'fr of x');
    assert.equal(reported.length, 2);
    const alone = installedWordings([failing], reported);
    const { subject } = await alone.render('invitation', 'en', invited('x'), settings);
    assert.equal(subject, 'You are invited to your patient portal');
    await assert.rejects(all.render('invitation', 'en', { given: '' }, settings));
  });

  it('[RN-29] have the days and the frame of their own language', async () => {
    const text = { text: '{{ until | day }}' };
    const all = installedWordings([wording('invitation', undefined, { ar: text, pt: text })]);
    const arabic = await all.render('invitation', 'ar-EG', invited(), settings);
    assert.match(arabic.text, /^15 مارس 2026|^١٥ مارس ٢٠٢٦/);
    assert.match(arabic.text, /اختر كيف نُعلِمك/);
    const portuguese = await all.render('invitation', 'pt', invited(), settings);
    assert.match(portuguese.text, /^15 de março de 2026/);
    assert.match(portuguese.html, /<div lang="pt" dir="ltr"/);
  });
});
