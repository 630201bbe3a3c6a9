import assert from 'node:assert/strict';
import supertest from 'supertest';
import type { Resource } from '../../src/fhir/resource.js';
import { describeEndpoint } from '../../src/pages/describe.js';
import { html } from '../../src/pages/html.js';
import { readerLanguage } from '../../src/texts/language.js';
import { testApp, testParts } from '../http/harness.js';

const translation = (content: string) => ({
  extension: [
    {
      url: 'http://hl7.org/fhir/StructureDefinition/translation',
      extension: [
        { url: 'lang', valueCode: 'ar' },
        { url: 'content', valueString: content },
      ],
    },
  ],
});

const statement: Resource = {
  resourceType: 'CapabilityStatement',
  title: 'Portal <b>',
  _title: translation('البوابة'),
  rest: [
    {
      interaction: [{ code: 'batch' }],
      resource: [
        {
          type: 'Patient',
          interaction: [{ code: 'read' }],
          searchParam: [{ name: 'name', type: 'string' }],
          operation: [{ definition: 'http://invite' }, { definition: 'http://meta' }, { definition: 'http://gone' }],
        },
      ],
    },
  ],
};

const operations: Record<string, Resource> = {
  'http://invite': {
    resourceType: 'OperationDefinition',
    code: 'invite',
    description: 'Invites. See [more](x.html).  Second paragraph.',
    resource: ['Patient'],
    type: true,
    instance: true,
    parameter: [{ name: 'birthDate', use: 'in', min: 1, max: '1', type: 'date', documentation: 'When born.' }],
  },
  'http://meta': {
    resourceType: 'OperationDefinition',
    code: 'meta',
    affectsState: false,
    resource: ['Resource'],
    system: true,
    type: true,
  },
};
const endpoint = { path: '/fhir/portal', url: 'http://x/fhir/portal', statement };
const operation = (url: string): Resource | undefined => operations[url];

describe('http/pages', () => {
  it('tells what a statement declares, each operation once, at the levels declared', () => {
    const view = describeEndpoint(endpoint, operation, 'en');
    assert.deepEqual(view.types[0]?.operations, [
      {
        name: 'invite',
        description: { text: 'Invites. See more.', language: 'en' },
        method: 'POST',
        levels: ['type', 'instance'],
        parameters: [{ name: 'birthDate', use: 'in', cardinality: '1..1', type: 'date', documentation: 'When born.' }],
      },
    ]);
    assert.deepEqual(
      view.common.map(({ name, method, levels }) => ({ name, method, levels })),
      [{ name: 'meta', method: 'GET', levels: ['type'] }],
    );
    assert.deepEqual(view.types[0].searchParams, [{ name: 'name', type: 'string' }]);
  });

  it('takes a translation where the statement has one', () => {
    assert.deepEqual(describeEndpoint(endpoint, operation, 'en').title, { text: 'Portal <b>', language: 'en' });
    assert.deepEqual(describeEndpoint(endpoint, operation, 'ar').title, { text: 'البوابة', language: 'ar' });
  });

  it('[F06] escapes what is not its own', () => {
    assert.equal(
      html`<a title="${'"x" & \'y\''}">${['<', html`<br />`]}${false}</a>`.text,
      '<a title="&quot;x&quot; &amp; &#39;y&#39;">&lt;<br /></a>',
    );
  });

  it('[F18] answers in the language asked for, then in the one the reader prefers', () => {
    const settings = { language: ['en', 'ar'], 'default-language': 'en' };
    assert.equal(readerLanguage('ar', 'en', settings), 'ar');
    assert.equal(readerLanguage('ar-LB', undefined, settings), 'ar');
    assert.equal(readerLanguage(undefined, 'de, ar-EG;q=0.8, en;q=0.3', settings), 'ar');
    assert.equal(readerLanguage('xx', 'de', settings), 'en');
    assert.equal(readerLanguage(['ar'], undefined, settings), 'en');
    for (const odd of ['a'.repeat(8000), 'ar,'.repeat(3000), '\u0000ar', ';;q=,,', 'ar;q=0', 'ar;q=x', '*'])
      assert.equal(readerLanguage(odd, odd, settings), 'en', odd.slice(0, 10));
    assert.equal(readerLanguage('ar', 'ar', { language: ['en', 'pt'], 'default-language': 'pt' }), 'pt');
  });

  it('serves pages that load nothing from elsewhere, and files that never change', async () => {
    const { pages } = testParts().parts;
    const { app } = testApp(undefined, { pages: { ...pages, endpoints: [endpoint], operation } });
    const page = await supertest(app).get('/').expect(200);
    assert.match(page.headers['content-security-policy'] ?? '', /^default-src 'none'; style-src 'self'/);
    assert.match(page.text, /Portal &lt;b&gt;/);
    assert.doesNotMatch(page.text, /<script|style=|https?:\/\/(?!x\/)[^"]*\.(css|js|woff)/);
    const [style = ''] = /\/assets\/portico\.[0-9a-f]{12}\.css/.exec(page.text) ?? [];
    const file = await supertest(app).get(style).expect(200);
    assert.equal(file.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.match(file.headers['content-type'] ?? '', /^text\/css/);
    for (const rule of [':root {', '.endpoint {', '@media print']) assert.ok(file.text.includes(rule), rule);
    assert.doesNotMatch(file.text, /\/\*/);
  });

  it('answers 404 to people, and never shows e-mails where none are kept', async () => {
    const { app } = testApp();
    const missing = await supertest(app).get('/nothing?lang=ar').expect(404);
    assert.match(missing.text, /<html lang="ar" dir="rtl">/);
    await supertest(app).get('/mail/1').expect(404);
    await supertest(app).get('/%zz').expect(404);
  });
});
