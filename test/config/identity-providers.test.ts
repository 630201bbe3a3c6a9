/** The list of identity providers, as the environment or a file has it. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/config.js';

const one = {
  ...{ key: 'one', issuer: 'https://login.example.org', clientId: 'portico', clientSecret: 'a secret of ours' },
  name: { en: 'Service', ar: 'خدمة' },
};
const configOf = (providers: unknown, more: Record<string, string> = {}) =>
  loadConfig({ PORTICO_IDENTITY_PROVIDERS: JSON.stringify(providers), ...more });

const pem = (bits: number): string =>
  generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('identity providers in the configuration', () => {
  it('[RN-16] have defaults of OpenID Connect, and their hosts are called', () => {
    const { identityProviders, outbound } = configOf([one]);
    assert.deepEqual(identityProviders, [
      {
        ...one,
        ...{ scopes: ['openid', 'profile', 'email'], serves: ['members'], claimsFrom: 'id_token' },
        claims: {
          ...{ id: 'sub', given: 'given_name', family: 'family_name', birthDate: 'birthdate' },
          ...{ email: 'email', phone: 'phone_number' },
        },
        secondFactor: { amr: [], acr: [] },
      },
    ]);
    assert.deepEqual(outbound.hosts, ['login.example.org:443']);
  });

  it('may stand in a file, with a private key in place of a secret', () => {
    const folder = mkdtempSync(join(tmpdir(), 'portico-test-'));
    const file = join(folder, 'providers.json');
    writeFileSync(file, JSON.stringify([{ ...one, clientSecret: undefined, privateKey: pem(2048), keyId: 'k' }]));
    const { identityProviders } = loadConfig({ PORTICO_IDENTITY_PROVIDERS: file });
    rmSync(folder, { recursive: true });
    assert.match(identityProviders[0]?.privateKey ?? '', /BEGIN PRIVATE KEY/);
  });

  const wrong: Readonly<Record<string, unknown[]>> = {
    'an issuer without https': [{ ...one, issuer: 'http://login.example.org' }],
    'neither a secret nor a key': [{ ...one, clientSecret: undefined }],
    'a secret and a key': [{ ...one, privateKey: pem(2048) }],
    'a weak key': [{ ...one, clientSecret: undefined, privateKey: pem(1024) }],
    'scopes without openid': [{ ...one, scopes: ['profile'] }],
    'no name': [{ ...one, name: {} }],
    'a name in no language': [{ ...one, name: { 'no language': 'x' } }],
    'two of one key': [one, one],
    'a key that is no part of an address': [{ ...one, key: '../x' }],
    'a claim that is unknown': [{ ...one, claims: { iden: 'sub' } }],
    'nobody to serve': [{ ...one, serves: [] }],
  };
  for (const [title, providers] of Object.entries(wrong)) {
    it(`stop the start: ${title}, and no secret is repeated`, () => {
      assert.throws(
        () => configOf(providers),
        (error: Error) =>
          error.message.startsWith('PORTICO_IDENTITY_PROVIDERS must be') && !error.message.includes(one.clientSecret),
      );
    });
  }

  it('stop the start where their hosts are not among those that may be called', () => {
    assert.throws(
      () => configOf([one], { PORTICO_OUTBOUND_HOSTS: 'sms.example.org' }),
      /must name the hosts of the issuers/,
    );
    const hosts = { PORTICO_OUTBOUND_HOSTS: 'login.example.org, tokens.example.org' };
    assert.equal(configOf([one], hosts).outbound.hosts.length, 2);
  });
});
