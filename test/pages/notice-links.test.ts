/** The pages behind the links in notices. */
import assert from 'node:assert/strict';
import supertest from 'supertest';
import { configurationOf } from '../../src/configuration/resource.js';
import { FILE_BASE, ownCanonicals } from '../../src/fhir/own-canonicals.js';
import { testApp, testParts } from '../http/harness.js';

const settings = {
  ...configurationOf(undefined, ownCanonicals(FILE_BASE)),
  'organization-title': 'Clinic <b>',
  'help-telephone': '+1 555 0100',
  'help-page': 'https://clinic.example.org/help',
};
const configuration = () => Promise.resolve(settings);

const appWith = (reportMisdirected: (token: string) => Promise<boolean>) => {
  const { pages } = testParts().parts;
  return testApp(undefined, { pages: { ...pages, configuration, reportMisdirected } }).app;
};

describe('pages behind the links in notices', () => {
  for (const path of ['/messages', '/preferences'])
    for (const [language, direction] of [
      ['en', 'ltr'],
      ['ar', 'rtl'],
    ])
      it(`[PC-2] ${path} says what comes next and where help is, ${direction}`, async () => {
        const { text } = await supertest(appWith(() => assert.fail()))
          .get(`${path}?lang=${language}`)
          .expect(200);
        assert.ok(text.includes(`<html lang="${language}" dir="${direction}">`), text);
        for (const shown of ['Clinic &lt;b&gt;', settings['help-telephone'], settings['help-page']]) {
          assert.ok(text.includes(shown), shown);
        }
        assert.equal(text.match(/<h1>/g)?.length, 1);
      });

  it('[A11] opening the link of a report reports nothing: the button does', async () => {
    const reported: string[] = [];
    const app = appWith(token => Promise.resolve(reported.push(token) > 0));
    const { text } = await supertest(app).get('/not-for-me?token=a%22b&lang=ar').expect(200);
    assert.ok(text.includes('action="/not-for-me?token=a%22b&amp;lang=ar"'), text);
    assert.ok(text.includes('href="/not-for-me?token=a%22b&amp;lang=en"'), text);
    assert.deepEqual(reported, []);
    await supertest(app)
      .post('/not-for-me')
      .type('form')
      .send({ token: 'a"b' })
      .expect(200, /Thank you/);
    assert.deepEqual(reported, ['a"b']);
  });

  it('[A11] answers 410 to what is no token, and says in the reader’s language what to do', async () => {
    const app = appWith(() => Promise.resolve(false));
    await supertest(app)
      .post('/not-for-me?lang=ar')
      .type('form')
      .send({ token: 'x' })
      .expect(410, /dir="rtl"/);
    await supertest(app)
      .post('/not-for-me')
      .type('json')
      .send({ token: ['x'] })
      .expect(410);
    await supertest(app).post('/not-for-me').type('form').send('token=a&token=b').expect(410);
    await supertest(app).post('/not-for-me').expect(410);
    await supertest(app)
      .post('/not-for-me')
      .type('form')
      .send({ token: 'x'.repeat(5000) })
      .expect(413);
  });
});
