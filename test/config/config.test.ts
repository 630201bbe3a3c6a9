import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { loadConfig, type Environment } from '../../src/config/config.js';
import { settings } from '../../src/config/settings.js';

function refusal(env: Environment): string {
  try {
    loadConfig(env);
  } catch (error) {
    assert(error instanceof Error);
    return error.message;
  }
  return 'accepted';
}

const production = { NODE_ENV: 'production', PORTICO_URL: 'https://portal.example.org' };
const issuer = {
  issuer: 'https://id.example.org',
  audience: 'portal',
  // RFC 7515, appendix A.3
  jwks: {
    keys: [
      {
        ...{ kty: 'EC', kid: '1', crv: 'P-256' },
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
      },
    ],
  },
};

describe('config/config', () => {
  describe('defaults', () => {
    it('need no variable', () => {
      const config = loadConfig({});
      assert.equal(config.url, 'http://127.0.0.1:8080');
      assert.equal(config.portalUrl, config.url);
      assert.deepEqual(config.store, { kind: 'sqlite', path: resolve('data/portico.db') });
      assert.equal(config.mail.folder, resolve('data/mail'));
      assert.equal(config.demo, true);
      assert.deepEqual(config.packages, []);
      assert.deepEqual(config.limits, {
        maxBody: 16 * 1024 * 1024,
        maxUpload: 64 * 1024 * 1024,
        maxDepth: 64,
        maxElements: 30_000,
        maxText: 1024 * 1024,
        maxEntries: 2000,
        pageSize: 20,
        maxPageSize: 1000,
        maxIncludes: 1000,
        requestTimeout: 30_000,
        searchTimeout: 5_000,
      });
    });

    it('follow other settings', () => {
      const config = loadConfig({ PORT: '9000', HOST: '::1', PORTICO_DATA: '/srv/portico' });
      assert.equal(config.url, 'http://[::1]:9000');
      assert.deepEqual(config.store, { kind: 'sqlite', path: '/srv/portico/portico.db' });
      assert.equal(loadConfig({ HOST: '0.0.0.0' }).url, 'http://localhost:8080');
    });

    it('hold for empty variables', () => assert.equal(loadConfig({ PORT: '', PORTICO_SMTP_URL: '' }).port, 8080));

    it('turn demo mode off in production', () => assert.equal(loadConfig(production).demo, false));
  });

  it('reads every kind of value', () => {
    const config = loadConfig({
      PORTICO_URL: 'https://portal.example.org/fhir-host/',
      PORTICO_STORE: 'mongodb://a:1,b:2/portico?replicaSet=rs0',
      PORTICO_DEMO: 'off',
      PORTICO_DEFAULT_LANGUAGE: 'ar-sa',
      PORTICO_SMTP_URL: 'smtps://user:word@mail.example.org:465',
      PORTICO_MAIL_FROM: 'Clinic <portal@example.org>',
      PORTICO_PACKAGES: 'a.tgz, /b.tgz',
      PORTICO_ISSUERS: JSON.stringify([issuer]),
      PORTICO_LOG_LEVEL: 'debug',
    });
    assert.equal(config.url, 'https://portal.example.org/fhir-host');
    assert.deepEqual(config.store, { kind: 'mongo', url: 'mongodb://a:1,b:2/portico?replicaSet=rs0' });
    assert.equal(config.demo, false);
    assert.equal(config.defaultLanguage, 'ar-SA');
    assert.equal(config.mail.from, 'Clinic <portal@example.org>');
    assert.deepEqual(config.packages, [resolve('a.tgz'), '/b.tgz']);
    const [external] = config.issuers;
    assert.deepEqual([external?.issuer, external?.audience, external?.jwks], [issuer.issuer, ['portal'], issuer.jwks]);
    assert.deepEqual(loadConfig({ PORTICO_STORE: 'memory' }).store, { kind: 'memory' });
  });

  it('names the customers, and adds the demo customer in demo mode where it is not named', () => {
    const enforced = (env: Environment): [string, boolean][] =>
      loadConfig(env).customers.map(({ key, referencesEnforced }) => [key, referencesEnforced]);
    assert.deepEqual(enforced({ PORTICO_CUSTOMERS: 'north, south2:enforced' }), [
      ['north', false],
      ['south2', true],
      ['demo', false],
    ]);
    assert.deepEqual(enforced({ PORTICO_CUSTOMERS: 'demo:enforced' }), [['demo', true]]);
    assert.deepEqual(enforced({ PORTICO_DEMO: 'off' }), []);
  });

  it('takes a base of canonical URLs that JSON and FHIRPath hold as it is, and no other', () => {
    const base = (PORTICO_CANONICAL_URL: string) => loadConfig({ PORTICO_CANONICAL_URL }).canonicalUrl;
    assert.equal(base('https://health.example:8443/canonical/'), 'https://health.example:8443/canonical');
    for (const wrong of [
      "https://a/it's",
      'https://a/"',
      'https://a/\\',
      'https://a/$&',
      'https://a?b',
      'ftp://a',
      'a b',
    ]) {
      assert.match(refusal({ PORTICO_CANONICAL_URL: wrong }), /^PORTICO_CANONICAL_URL must be/, wrong);
    }
  });

  it('is frozen to the bottom', () => {
    const config = loadConfig({ PORTICO_ISSUERS: JSON.stringify([issuer]) });
    assert(Object.isFrozen(config) && Object.isFrozen(config.limits) && Object.isFrozen(config.issuers[0]?.jwks?.keys));
  });

  describe('a bad value', () => {
    const bad: [string, string][] = [
      ...['0', '65536', '80.5', '-1', '8e3', ' 80', 'http'].map((text): [string, string] => ['PORT', text]),
      ['HOST', 'two words'],
      ...['portal.example.org', 'ftp://x', 'https://x?a', 'https://x/#', 'https://u:p@x'].map(
        (text): [string, string] => ['PORTICO_URL', text],
      ),
      ...['postgres://x', 'sqlite:', 'mongodb://', 'Memory'].map((text): [string, string] => ['PORTICO_STORE', text]),
      ['PORTICO_DEMO', 'maybe'],
      ['PORTICO_DEFAULT_LANGUAGE', 'not a language'],
      ['PORTICO_SMTP_URL', 'mail.example.org'],
      ['PORTICO_MAIL_FROM', 'nobody'],
      ['PORTICO_MAIL_FROM', 'a@example.org\r\nBcc: b@example.org'],
      ['PORTICO_MAX_BODY', '16MB'],
      ['PORTICO_MAX_DEPTH', '0'],
      ...['North', 'a-b', 'x'.repeat(17), 'north,north', 'north:strict'].map((text): [string, string] => [
        'PORTICO_CUSTOMERS',
        text,
      ]),
      ['PORTICO_PACKAGES', 'a.zip'],
      ['PORTICO_LOG_LEVEL', 'loud'],
      ['PORTICO_ISSUERS', '{'],
      ['PORTICO_ISSUERS', JSON.stringify([{ ...issuer, extra: 1 }])],
      ['PORTICO_ISSUERS', JSON.stringify([{ ...issuer, jwks: { keys: [] } }])],
      ['PORTICO_ISSUERS', JSON.stringify([{ ...issuer, jwks: { keys: [{ kty: 'EC', d: 'private' }] } }])],
      [
        'PORTICO_ISSUERS',
        JSON.stringify([{ ...issuer, jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'zz', y: 'zz' }] } }]),
      ],
      ['NODE_ENV', 'prod'],
    ];
    for (const [name, text] of bad) {
      it(`stops the start with one line that names it: ${name}=${JSON.stringify(text)}`, () => {
        const message = refusal({ [name]: text });
        assert.match(message, new RegExp(`^${name} must be [^\n\r]+$`));
      });
    }

    it('of an issuer may hold no private or symmetric key, and no part of one is repeated', () => {
      for (const type of ['rsa', 'ec', 'ed25519'] as const) {
        const { privateKey } =
          type === 'rsa'
            ? generateKeyPairSync('rsa', { modulusLength: 2048 })
            : type === 'ec'
              ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
              : generateKeyPairSync('ed25519');
        const jwk = privateKey.export({ format: 'jwk' });
        const { d = '', ...rest } = jwk;
        for (const key of [jwk, { ...rest, p: d }, { ...rest, k: d }, { ...rest, d: '' }]) {
          const message = refusal({ PORTICO_ISSUERS: JSON.stringify([{ ...issuer, jwks: { keys: [key] } }]) });
          assert.match(message, /^PORTICO_ISSUERS must be /);
          assert(!message.includes(d));
        }
      }
    });

    it('is never repeated where it may hold a password', () => {
      for (const name of ['PORTICO_SMTP_URL', 'PORTICO_STORE', 'PORTICO_ISSUERS']) {
        assert.doesNotMatch(refusal({ [name]: 'x://user:canary@host' }), /canary/);
      }
    });

    it('of any text is refused in one line that names its variable, or read', () => {
      fc.assert(
        fc.property(fc.constantFrom(...Object.keys(settings)), fc.string(), (name, text) => {
          const message = refusal({ [name]: text });
          const named =
            /^PORTICO_\w+ must|^HOST must|^PORT must|^NODE_ENV must/.test(message) && message.includes(name);
          assert(message === 'accepted' || (named && !/[\r\n]/.test(message)), message);
        }),
        { seed: 1, numRuns: 500 },
      );
    });
  });

  it('refuses a variable that does not exist, but leaves the test runner its own', () => {
    assert.equal(refusal({ PORTICO_PROT: '1' }), 'PORTICO_PROT is not a setting of Portico: see docs/configuration.md');
    assert.equal(refusal({ PORTICO_TEST_REQUIRE: '1', PATH: '/bin' }), 'accepted');
  });

  it('refuses settings that contradict each other', () => {
    assert.match(refusal({ PORTICO_PAGE_SIZE: '50', PORTICO_MAX_PAGE_SIZE: '20' }), /^PORTICO_PAGE_SIZE must/);
    assert.match(refusal({ PORTICO_REQUEST_TIMEOUT: '1000' }), /^PORTICO_SEARCH_TIMEOUT must/);
  });

  describe('in production', () => {
    const unsafe: [string, Environment][] = [
      ['PORTICO_URL', { PORTICO_URL: 'http://portal.example.org' }],
      ['PORTICO_URL', { PORTICO_URL: '', HOST: '192.0.2.1' }],
      ['PORTICO_URL', { PORTICO_URL: '', HOST: '0.0.0.0' }],
      ['PORTICO_PORTAL_URL', { PORTICO_PORTAL_URL: 'http://portal.example.org' }],
      ['PORTICO_DEMO', { PORTICO_DEMO: 'on' }],
      ['PORTICO_ISSUERS', { PORTICO_ISSUERS: JSON.stringify([{ ...issuer, issuer: 'http://id.example.org' }]) }],
    ];
    for (const [name, env] of unsafe) {
      it(`refuses what is unsafe at a public address: ${JSON.stringify(env)}`, () => {
        assert.match(refusal({ ...production, ...env }), new RegExp(`^${name} must .*production`));
        assert.equal(refusal({ ...production, ...env, NODE_ENV: 'development' }), 'accepted');
      });
    }

    it('allows it at a loopback address', () => {
      for (const PORTICO_URL of ['http://localhost:8080', 'http://127.0.0.1:1', 'http://[::1]']) {
        assert.equal(refusal({ ...production, PORTICO_URL, PORTICO_DEMO: 'on' }), 'accepted');
      }
      for (const host of ['127.0.0.1.example.org', 'notlocalhost']) {
        assert.notEqual(refusal({ ...production, PORTICO_URL: `http://${host}` }), 'accepted');
      }
    });
  });
});
