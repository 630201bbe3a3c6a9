/** Texts by language, and their plural forms. */
import assert from 'node:assert/strict';
import { createTexts, sourceTexts } from '../../src/texts/words.js';

const settings = { language: ['en', 'ar', 'pt'], 'default-language': 'en' };

describe('texts', () => {
  const texts = createTexts(new Map(), settings);

  for (const language of ['en', 'ar'])
    it(`[RN-29] [RN-10] are complete in ${language}, with each plural form of the language and the same values`, () => {
      assert.deepEqual([...texts.missing(language).keys()], []);
      const { texts: plain } = texts.in(language);
      for (const [key, text] of Object.entries(plain)) assert.ok(text !== '' && !text.includes('{{'), key);
    });

  it('[RN-29] have the plural form that CLDR says, with the numbers of the language', () => {
    const arabic = [0, 1, 2, 3, 11, 100].map(count => texts.in('ar').t('waitSeconds', { count }));
    assert.equal(new Set(arabic.map(text => text.replaceAll(/[\d٠-٩]+/g, ''))).size, 5, arabic.join('\n'));
    assert.match(texts.in('ar-EG').t('waitSeconds', { count: 12 }), /١٢/);
    assert.match(texts.in('en').t('waitSeconds', { count: 1 }), /1 second\./);
    assert.match(texts.in('en').t('waitSeconds', { count: 1200 }), /1,200 seconds\./);
    assert.deepEqual(
      [...sourceTexts('pl').keys()].filter(key => key.startsWith('waitSeconds')),
      ['one', 'few', 'many', 'other'].map(category => `waitSeconds_${category}`),
    );
  });

  it('[RN-29] fall back by BCP 47 to the language without its region, then to the default', () => {
    const known = new Map([
      ['pt', { back: 'Voltar', skip: 'Saltar' }],
      ['pt-BR', { back: 'Volte' }],
    ]);
    const portuguese = createTexts(known, { ...settings, 'default-language': 'ar' });
    const { language, direction, texts: plain } = portuguese.in('pt-BR');
    assert.deepEqual([language, direction], ['pt-BR', 'ltr']);
    assert.deepEqual([plain.back, plain.skip, plain.help], ['Volte', 'Saltar', 'المساعدة']);
    assert.equal(portuguese.in('pt-PT').texts.back, 'Voltar');
    assert.equal(portuguese.in('de').language, 'ar');
    assert.ok(!portuguese.missing('pt-BR').has('skip') && portuguese.missing('pt-BR').has('help'));
  });

  it('[F06] show values as they are, and hold no other texts', () => {
    const known = new Map([['pt', { help: '$t(back) $t(help)' }]]);
    assert.equal(createTexts(known, settings).in('pt').texts.help, '$t(back) $t(help)');
    const name = '{{count}} $t(back) <b> %s ${x}';
    assert.equal(texts.in('en').t('signedInAs', { name }), `You are signed in as ${name}.`);
  });
});
