/** JWT access tokens under attack. */
import assert from 'node:assert/strict';
import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { jwtVerifier } from '../../src/access/jwt.js';
import { fixedKeys } from '../../src/access/verification-keys.js';
import { NOW } from './fixture.js';
import { processorTime } from '../fixtures/processor-time.js';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid });

const verify = jwtVerifier([
  {
    issuer: 'https://issuer.example',
    audiences: ['https://portal.example', 'https://portal.example/other'],
    keys: fixedKeys({ keys: [jwk(ec.publicKey, 'ec'), jwk(rsa.publicKey, 'rsa')] }),
  },
]);

const seconds = NOW / 1000;
const payload = {
  iss: 'https://issuer.example',
  aud: 'https://portal.example',
  sub: 'user-1',
  client_id: 'app',
  scope: 'patient/*.rs',
  exp: seconds + 60,
};
const header = { alg: 'ES256', typ: 'at+jwt', kid: 'ec' };
const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function signed(headers: object, claims: object, key: KeyObject = ec.privateKey): string {
  const text = `${part(headers)}.${part(claims)}`;
  return `${text}.${createSign('sha256').update(text).sign({ key, dsaEncoding: 'ieee-p1363' }, 'base64url')}`;
}

const good = async (token: string) => (await verify(token, NOW)) !== undefined;
const refused = async (token: string, why: string) => assert.equal(await good(token), false, why);

describe('JWT access tokens', () => {
  it('takes a good one for what it says', async () => {
    const claims = { ...payload, fhirUser: 'Patient/1', patient: '1' };
    assert.deepEqual(await verify(signed(header, claims), NOW), {
      issuer: 'https://issuer.example',
      subject: 'user-1',
      clientId: 'app',
      scope: 'patient/*.rs',
      fhirUser: 'Patient/1',
      patient: '1',
      expires: (seconds + 60) * 1000,
    });
    assert.equal(await good(signed({ ...header, alg: 'RS256', kid: 'rsa' }, payload, rsa.privateKey)), true);
  });

  it('[A02] refuses expired ones at once, and those of the future but for 30 seconds', async () => {
    await refused(signed(header, { ...payload, exp: seconds - 1 }), 'a second past');
    await refused(signed(header, { ...payload, exp: seconds }), 'on the second');
    await refused(signed(header, { ...payload, exp: undefined }), 'without an end');
    await refused(signed(header, { ...payload, nbf: seconds + 120 }), 'two minutes early');
    assert.equal(await good(signed(header, { ...payload, nbf: seconds + 20 })), true);
  });

  it('[A03] refuses unsigned ones in every spelling', async () => {
    for (const alg of ['none', 'None', 'nOnE', 'NONE', '']) {
      const text = `${part({ ...header, alg })}.${part(payload)}`;
      await refused(`${text}.`, alg);
      await refused(text, `${alg}, two parts`);
      await refused(`${text}.${part('x')}`, `${alg}, some signature`);
    }
    await refused(`${part(header)}.${part(payload)}.`, 'empty signature');
  });

  it('[A04] refuses a public key used as a secret', async () => {
    for (const [kid, key] of [
      ['ec', ec.publicKey],
      ['rsa', rsa.publicKey],
    ] as const) {
      const text = `${part({ ...header, alg: 'HS256', kid })}.${part(payload)}`;
      for (const form of [key.export({ type: 'spki', format: 'pem' }), JSON.stringify(key.export({ format: 'jwk' }))]) {
        await refused(`${text}.${createHmac('sha256', form).update(text).digest('base64url')}`, kid);
      }
    }
    await refused(signed({ ...header, kid: 'rsa' }, payload), 'an EC algorithm with an RSA key');
  });

  it('[A05] refuses tokens that bring or name their own key', async () => {
    const own = jwk(stranger.publicKey, 'ec');
    for (const extra of [
      { jwk: own },
      { jku: 'https://evil.example/keys' },
      { x5u: 'https://evil.example' },
      { x5c: ['x'] },
    ]) {
      await refused(signed({ ...header, ...extra }, payload, stranger.privateKey), JSON.stringify(extra));
      await refused(signed({ ...header, ...extra }, payload), `${JSON.stringify(extra)}, rightly signed`);
    }
    for (const kid of ['../../etc/passwd', "' OR 1=1", '__proto__', { $ne: 1 }, ['ec'], null, 1, '']) {
      await refused(signed({ ...header, kid }, payload), JSON.stringify(kid));
    }
    await refused(signed(header, payload, stranger.privateKey), 'a stranger under our kid');
  });

  it('[A06] refuses audiences of other services, among ours too', async () => {
    for (const aud of [
      'https://other.example',
      ['https://portal.example', 'https://other.example'],
      [],
      undefined,
      {},
    ]) {
      await refused(signed(header, { ...payload, aud }), JSON.stringify(aud));
    }
    assert.equal(
      await good(signed(header, { ...payload, aud: [...['/other', ''].map(x => `https://portal.example${x}`)] })),
      true,
    );
    await refused(signed(header, { ...payload, iss: 'https://other.example' }), 'issuer');
    await refused(signed(header, { ...payload, iss: ['https://issuer.example'] }), 'issuer list');
  });

  it('[A07] refuses tokens of other kinds', async () => {
    for (const typ of ['JWT', 'id_token+jwt', 'logout+jwt', undefined, '', 'at+jwt2']) {
      await refused(signed({ ...header, typ }, payload), String(typ));
    }
    await refused(signed(header, { ...payload, client_id: undefined }), 'no client');
    await refused(signed(header, { ...payload, sub: undefined }), 'no subject');
  });

  it('[A08] refuses critical, unencoded, compressed and encrypted ones quickly', async () => {
    const started = processorTime();
    for (const extra of [
      { crit: ['b64'], b64: false },
      { crit: [] },
      { b64: false },
      { zip: 'DEF' },
      { p2c: 1e9 },
      { enc: 'A256GCM' },
    ]) {
      await refused(signed({ ...header, ...extra }, payload), JSON.stringify(extra));
    }
    await refused('a.b.c.d.e', 'five parts');
    assert.ok(processorTime() - started < 1000);
  });

  it('[A09] refuses long, broken and odd texts', async () => {
    await refused(signed(header, { ...payload, pad: 'x'.repeat(64 * 1024) }), '64 kB');
    for (const text of [
      '',
      '.',
      '..',
      'x',
      'a.b',
      'a.b.c',
      `${part('[]')}.${part('[]')}.x`,
      `${part(header)}.${part('"x"')}.x`,
    ]) {
      await refused(text, text);
    }
    const token = signed(header, payload);
    await refused(`${token.slice(0, -4)}AAAA`, 'changed signature');
  });

  it('takes an algorithm only from the key', async () => {
    const key = { ...jwk(rsa.publicKey, 'rsa'), alg: 'RS256' };
    const { algorithms } = (await fixedKeys({ keys: [key] })('rsa')) ?? {};
    assert.deepEqual(algorithms, ['RS256']);
    const narrow = jwtVerifier([
      {
        issuer: payload.iss,
        audiences: [payload.aud],
        keys: () => Promise.resolve({ key: rsa.publicKey, algorithms: ['RS384'] }),
      },
    ]);
    assert.equal(
      await narrow(signed({ ...header, alg: 'RS256', kid: 'rsa' }, payload, rsa.privateKey), NOW),
      undefined,
    );
  });

  it('keys: one without an id is found only while it is alone, encryption keys never', async () => {
    const bare = { ...jwk(ec.publicKey, ''), kid: undefined };
    assert.ok(await fixedKeys({ keys: [bare] })(undefined));
    assert.equal(await fixedKeys({ keys: [bare, jwk(rsa.publicKey, 'rsa')] })(undefined), undefined);
    assert.equal(await fixedKeys({ keys: [{ ...bare, use: 'enc' }] })(undefined), undefined);
    assert.equal(await fixedKeys({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'o' }] })('o'), undefined);
  });
});
