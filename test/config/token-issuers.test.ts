/** The list of external issuers of access tokens. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/config.js';

const url = 'https://login.example.org';
const published = { issuer: url, audience: 'portal', jwksUri: `${url}/keys` };
const opaque = {
  ...{ issuer: 'https://sso.example.org', audience: ['portal', 'other'], userInfo: 'https://sso.example.org:8443/me' },
  introspection: { url: 'https://sso.example.org/introspect', clientId: 'portico', clientSecret: 'a secret word' },
};
const read = (list: unknown, env: Record<string, string> = {}) =>
  loadConfig({ ...env, PORTICO_ISSUERS: JSON.stringify(list) });

describe('external issuers in the configuration', () => {
  it('[RN-6] [RN-7] are several, with the usual names of claims where none are named', () => {
    const { issuers, outbound } = read([published, opaque]);
    assert.deepEqual(
      issuers.map(({ audience }) => audience),
      [['portal'], ['portal', 'other']],
    );
    const { scope, clientId, fhirUser, recordNumber } = issuers[0]!.claims;
    assert.deepEqual([scope, clientId, fhirUser, recordNumber], ['scope', 'client_id', 'fhirUser', undefined]);
    assert.deepEqual(
      [...new Set(outbound.hosts)],
      ['login.example.org:443', 'sso.example.org:443', 'sso.example.org:8443'],
    );
  });

  it('stand in a file, too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'portico-test-'));
    const file = join(folder, 'issuers.json');
    writeFileSync(file, JSON.stringify([opaque]));
    assert.equal(loadConfig({ PORTICO_ISSUERS: file }).issuers[0]?.introspection?.clientSecret, 'a secret word');
    rmSync(folder, { recursive: true });
  });

  const wrong: [string, object[]][] = [
    ['none of keys, address of keys and introspection', [{ issuer: url, audience: 'portal' }]],
    ['keys twice', [{ ...published, jwks: { keys: [] } }]],
    ['introspection without userInfo', [{ ...opaque, userInfo: undefined }]],
    ['completing records by nothing', [{ ...published, completes: true }]],
    ['a symmetric algorithm', [{ ...published, algorithms: ['HS256'] }]],
    ['no algorithm', [{ ...published, algorithms: ['none'] }]],
    ['an address without TLS', [{ ...published, jwksUri: 'http://login.example.org/keys' }]],
    ['an address with a password', [{ ...published, jwksUri: 'https://a:b@login.example.org/keys' }]],
    ['an unknown property', [{ ...published, verify: false }]],
    ['no audience', [{ ...published, audience: [] }]],
    ['the same issuer twice', [published, { ...published, jwksUri: `${url}/other` }]],
  ];
  for (const [what, list] of wrong)
    it(`stop the start with ${what}, and no secret is repeated`, () => {
      assert.throws(
        () => read(list),
        ({ message }: Error) => {
          assert.match(message, /^PORTICO_ISSUERS must be /);
          assert.ok(!message.includes('a secret word'));
          return true;
        },
      );
    });

  it('are called where their hosts are allowed', () => {
    const hosts = { PORTICO_OUTBOUND_HOSTS: 'login.example.org' };
    assert.throws(
      () => read([published, opaque], hosts),
      /PORTICO_OUTBOUND_HOSTS must name the hosts .* PORTICO_ISSUERS/,
    );
    assert.equal(read([published], hosts).issuers.length, 1);
  });
});
