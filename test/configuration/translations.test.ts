/** Languages: enabled by configuration, translated by resources, in force with the next request of every process. */
import assert from 'node:assert/strict';
import type { Basic, Extension, Parameters } from 'fhir/r4.js';
import { startTestServer } from '../fixtures/server.js';
import { eachPortal, issue, output, parameters, stranger, type Answer, type Journey } from '../portal/journey.js';

const OWN = 'https://portico.health/fhir';
const manager = 'demo-agent as Practitioner/demo-configuration-manager';
const basic = (code: string): Basic => ({
  resourceType: 'Basic',
  code: { coding: [{ system: `${OWN}/CodeSystem/basic-type`, code }] },
});

const textOf = (key: string, text: string): Extension => ({
  url: `${OWN}/StructureDefinition/portal-text`,
  extension: [
    { url: 'key', valueCode: key },
    { url: 'text', valueString: text },
  ],
});

const translation = (language: string, texts: Record<string, string>): Basic => ({
  ...basic('portal-translation'),
  language,
  extension: Object.entries(texts).map(([key, text]) => textOf(key, text)),
});

eachPortal(journey => {
  const made: string[] = [];

  async function enable(languages: readonly string[], usual = languages[0]!): Promise<void> {
    const settings = languages.map(valueCode => ({ url: 'language', valueCode }));
    const extension = [
      {
        url: `${OWN}/StructureDefinition/portal-settings`,
        extension: [...settings, { url: 'default-language', valueCode: usual }],
      },
    ];
    const body = { ...basic('portal-configuration'), id: 'portal-configuration', extension };
    await journey().expect(200, manager, 'PUT', 'Basic/portal-configuration', body);
  }

  async function add(language: string, texts: Record<string, string>, who = manager): Promise<Answer> {
    const answer = await journey().call(who, 'POST', 'Basic', translation(language, texts));
    if (answer.status === 201) made.push(`Basic/${answer.body.id}`);
    return answer;
  }

  const pageOf = async (
    acceptLanguage: string,
    path = '/nothing',
    { server }: Pick<Journey, 'server'> = journey(),
  ): Promise<string> =>
    (await fetch(`${server.url}${path}`, { headers: { 'accept-language': acceptLanguage } })).text();

  afterEach(async () => {
    for (const one of made.splice(0)) await journey().call(manager, 'DELETE', one);
    await enable(['en', 'ar']);
  });

  it('[RN-29] a language is added by a translation, and texts that it lacks are those of the default', async () => {
    await enable(['en', 'ar', 'fr']);
    assert.match(await pageOf('fr-CA'), /<html lang="en"/);
    const { body } = await add('fr', { back: 'Retour à l’accueil <b>', skip: 'Aller au contenu' });
    const page = await pageOf('fr-CA, en;q=0.5');
    assert.match(page, /<html lang="fr" dir="ltr">/);
    assert.match(page, /Retour à l’accueil &lt;b&gt;/);
    assert.match(page, /There is no such page/);
    assert.match(page, /lang="fr"\s+hreflang="fr"\s+aria-current="true"\s*>français</);
    await enable(['en', 'ar', 'fr'], 'ar');
    assert.match(await pageOf('fr'), /لا توجد صفحة كهذه/);
    await journey().expect(204, manager, 'DELETE', `Basic/${body.id}`);
    assert.match(await pageOf('fr'), /<html lang="ar" dir="rtl">/);
  });

  it('[RN-10] [RN-29] a single text of a shipped language is worded anew, and its variants fall back to it', async () => {
    const { body } = await add('ar', { back: 'الرجوع' });
    const page = await pageOf('ar-LB');
    assert.match(page, /<html lang="ar" dir="rtl">/);
    assert.match(page, /الرجوع/);
    assert.match(page, /لا توجد صفحة كهذه/);
    await journey().expect(200, manager, 'PUT', `Basic/${body.id}`, {
      ...translation('ar', { skip: 'x' }),
      id: body.id,
    });
    assert.match(await pageOf('ar'), /العودة إلى صفحة البداية/);
  });

  it('[RN-29] language is asked for and shown only where several are enabled', async () => {
    assert.match(await pageOf('en'), /hreflang="ar"/);
    await enable(['ar']);
    const page = await pageOf('en');
    assert.match(page, /<html lang="ar" dir="rtl">/);
    assert.doesNotMatch(page, /hreflang/);
    assert.doesNotMatch(await pageOf('en', '/?lang=en'), /<html lang="en"/);
    const invite = () => journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters({ ...stranger() }));
    assert.equal(output(await invite(), 'language'), undefined);
    await enable(['ar', 'en']);
    assert.equal(output(await invite(), 'language'), 'ar');
  });

  it('[RN-29] a translation is in force with the next request of every process', async () => {
    const other = { server: await startTestServer({ storage: journey().storage }) };
    try {
      assert.match(await pageOf('en', '/nothing', other), /Back to the start page/);
      await add('en', { back: 'Home' });
      assert.match(await pageOf('en', '/nothing', other), />Home</);
    } finally {
      await other.server.close();
    }
  });

  it('[RN-29] lists what a language lacks: texts with their source, plural forms, and wordings', async () => {
    await enable(['en', 'fr']);
    await add('fr', { back: 'Retour' });
    const { body } = await journey().expect(200, manager, 'GET', 'Basic/$untranslated');
    const [english, french] = ((body as unknown as Parameters).parameter ?? []).map(({ part = [] }) => part);
    assert.deepEqual(english, [{ name: 'tag', valueCode: 'en' }]);
    const said = JSON.stringify(french);
    assert.match(said, /^\[\{"name":"tag","valueCode":"fr"\}/);
    assert.ok(said.includes('{"name":"key","valueCode":"skip"},{"name":"source","valueString":"Skip to content"}'));
    for (const key of ['waitSeconds_one', 'waitSeconds_many', 'waitSeconds_other'])
      assert.ok(said.includes(`"${key}"`), key);
    assert.ok(!said.includes('"back"') && !said.includes('"waitSeconds_few"'));
    assert.ok(said.includes('{"name":"wording","valueString":"invitation/visit"}'));
    const { text } = await journey().expect(200, 'demo-system', 'GET', 'Basic/$untranslated?language=ar-LB');
    assert.doesNotMatch(text, /"text"|"wording"/);
    assert.equal((await journey().call('demo-clinician', 'GET', 'Basic/$untranslated')).status, 403);
    assert.equal((await journey().call(manager, 'GET', 'Basic/$untranslated?language=x')).status, 400);
  });

  it('[RN-29] a wrong text is refused with its FHIRPath, and nothing changes', async () => {
    const wrong: [string, Record<string, string>, string][] = [
      ['fr', { back: 'Retour', 'no-such-text': 'x' }, 'Basic.extension[1]'],
      ['fr', { waitSeconds: 'x' }, 'Basic.extension[0]'],
      ['fr', { waitSeconds_few: 'x' }, 'Basic.extension[0]'],
      ['fr', { waitSeconds_one: '{{count, number}} {{name}}' }, 'Basic.extension[0]'],
      ['fr', { back: 'deux\nlignes' }, 'Basic.extension[0]'],
      ['fr', { back: 'x'.repeat(2001) }, 'Basic.extension[0]'],
      ['FR', { back: 'Retour' }, 'Basic.language'],
      ['no such', { back: 'Retour' }, 'Basic.language'],
    ];
    for (const [language, texts, expression] of wrong) {
      const answer = await add(language, texts);
      assert.equal(answer.status, 422, `${language} ${answer.text}`);
      assert.equal(issue(answer).expression, expression, answer.text);
    }
    const twice = { ...translation('fr', {}), extension: [textOf('back', 'a'), textOf('back', 'b')] };
    assert.equal((await journey().call(manager, 'POST', 'Basic', twice)).status, 422);
    const { body } = await journey().expect(200, manager, 'GET', 'Basic?code=portal-translation');
    assert.equal(body['total'], 0);
  });

  it('[RN-29] each language has one translation, whoever is faster', async () => {
    const answers = await Promise.all([1, 2, 3].map(async n => add('pt-BR', { back: `Voltar ${n}` })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 422, 422]);
    assert.equal((await add('pt', { back: 'Voltar' })).status, 201);
  });

  it('[RN-29] translations are written by configuration managers and by systems, and by nobody else', async () => {
    for (const who of ['demo-patient', 'demo-clinician', 'demo-agent']) {
      const { status } = await add('fr', { back: 'Retour' }, who);
      assert.ok(status === 403 || status === 405, `${who} ${status}`);
    }
    const { body } = await add('fr', { back: 'Retour' }, 'demo-system');
    assert.ok([403, 404].includes((await journey().call('demo-patient', 'GET', `Basic/${body.id}`)).status));
    await journey().expect(422, manager, 'PUT', `Basic/${body.id}`, { ...basic('portal-configuration'), id: body.id });
  });
});
