/** Settings of what leaves this server: e-mails, text messages, calls. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type Environment } from '../../src/config/config.js';

describe('settings of what is sent', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'portico-sending-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function file(name: string, content: string): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  const refusal = (env: Environment): string => {
    try {
      loadConfig(env);
    } catch (error) {
      return (error as Error).message;
    }
    return assert.fail('it was taken');
  };

  const twilio = { kind: 'twilio', account: 'AC1', token: 'hush-hush', from: '+15555550100' };
  const other = { kind: 'http', url: 'https://sms.example.org:8443/send', json: { to: '{{ to }}' } };

  it('[PC-2] the gateway of text messages is JSON, or a file of it, and its host may be called', () => {
    const inline = loadConfig({ PORTICO_SMS: JSON.stringify(other) });
    assert.deepEqual(inline.outbound, { hosts: ['sms.example.org:8443'], networks: [] });
    const fromFile = loadConfig({ PORTICO_SMS: file('sms.json', JSON.stringify(twilio)) });
    assert.equal(fromFile.sms.gateway?.kind, 'twilio');
    assert.deepEqual(fromFile.outbound.hosts, ['api.twilio.com:443']);
    assert.deepEqual(loadConfig({}).outbound.hosts, []);
  });

  const wrong: [string, unknown][] = [
    ['no JSON', '{'],
    ['no such file', '/nowhere/sms.json'],
    ['a kind that there is not', { ...twilio, kind: 'pigeon' }],
    ['a field that there is not', { ...twilio, tokn: 'x' }],
    ['no token', { ...twilio, token: undefined }],
    ['http to elsewhere', { ...twilio, url: 'http://sms.example.org' }],
    ['a user in the address', { ...other, url: 'https://a:b@sms.example.org' }],
    ['two bodies', { ...other, form: { a: 'b' } }],
    ['a callback with a short secret', { ...other, callback: { signature: { header: 'x', secret: 'short' } } }],
  ];
  for (const [what, value] of wrong)
    it(`a gateway with ${what} stops the start, and its secrets are not repeated`, () => {
      const PORTICO_SMS = typeof value === 'string' ? value : JSON.stringify(value);
      const said = refusal({ PORTICO_SMS });
      assert.match(said, /^PORTICO_SMS must be JSON of a gateway/);
      assert.doesNotMatch(said, /hush|AC1/);
    });

  it('the place of what is wrong is told', () => {
    const callback = { signature: { header: 'x', secret: 'short' } };
    const said = refusal({ PORTICO_SMS: JSON.stringify({ ...other, callback }) });
    assert.match(said, / \(wrong at callback\.signature\.secret\)$/);
  });

  it('hosts that leave out the gateway stop the start', () => {
    const env = { PORTICO_SMS: JSON.stringify(other), PORTICO_OUTBOUND_HOSTS: 'sms.example.org' };
    assert.match(refusal(env), /^PORTICO_OUTBOUND_HOSTS must name the host of the gateway/);
    const both = { ...env, PORTICO_OUTBOUND_HOSTS: 'SMS.example.org:8443, idp.example.org, [::1]:9000' };
    assert.deepEqual(loadConfig(both).outbound.hosts, ['sms.example.org:8443', 'idp.example.org:443', '[::1]:9000']);
  });

  for (const hosts of ['https://a', 'a/b', 'a@b', 'a b', '*'])
    it(`hosts such as ${hosts} stop the start`, () =>
      assert.match(refusal({ PORTICO_OUTBOUND_HOSTS: hosts }), /^PORTICO_OUTBOUND_HOSTS must be/));

  it('networks are read as CIDR, and nothing else is', () => {
    const networks = (PORTICO_OUTBOUND_NETWORKS: string) => loadConfig({ PORTICO_OUTBOUND_NETWORKS }).outbound.networks;
    assert.deepEqual(networks('10.1.0.0/16, fd12::/32'), ['10.1.0.0/16', 'fd12::/32']);
    for (const wrong of ['10.1.0.0', '10.1.0.0/33', 'x/8', '::/129', '10.1/16'])
      assert.match(refusal({ PORTICO_OUTBOUND_NETWORKS: wrong }), /^PORTICO_OUTBOUND_NETWORKS must be/, wrong);
  });

  const production = { NODE_ENV: 'production', PORTICO_URL: 'https://portal.example.org' };
  const required: [Environment, boolean][] = [
    [{ PORTICO_SMTP_URL: 'smtp://mail.example.org' }, false],
    [{ ...production, PORTICO_SMTP_URL: 'smtp://mail.example.org' }, true],
    [{ ...production, PORTICO_SMTP_URL: 'smtp://127.0.0.1:2525' }, false],
    [{ ...production, PORTICO_SMTP_URL: 'smtp://localhost:2525', PORTICO_SMTP_REQUIRE_TLS: 'on' }, true],
    [{ ...production, PORTICO_SMTP_URL: 'smtp://mail.example.org', PORTICO_SMTP_REQUIRE_TLS: 'off' }, false],
  ];
  it('TLS to the mail server is required in production, unless that is this machine', () => {
    for (const [env, expected] of required)
      assert.equal(loadConfig(env).mail.requireTls, expected, JSON.stringify(env));
  });

  it('e-mails are signed by an RSA key, of the domain of their sender', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const pem = rsa.export({ type: 'pkcs8', format: 'pem' }).toString();
    const env = { PORTICO_DKIM_KEY: file('dkim.pem', pem), PORTICO_MAIL_FROM: 'Clinic <no-reply@portal.example.org>' };
    const expected = { domain: 'portal.example.org', selector: 'portico', privateKey: pem };
    assert.deepEqual(loadConfig(env).mail.dkim, expected);
    const named = { ...env, PORTICO_DKIM_DOMAIN: 'example.org', PORTICO_DKIM_SELECTOR: 's2026' };
    assert.deepEqual(loadConfig(named).mail.dkim, { ...expected, domain: 'example.org', selector: 's2026' });
    assert.equal(loadConfig({}).mail.dkim, undefined);
  });

  it('a key that cannot sign stops the start, and is not repeated', () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const short = generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey;
    const pems = [ec, short].map(key => key.export({ type: 'pkcs8', format: 'pem' }).toString());
    for (const [name, pem] of [
      ...pems.map((one, i): [string, string] => [`${i}.pem`, one]),
      ['x.pem', 'hush'] as const,
    ]) {
      const said = refusal({ PORTICO_DKIM_KEY: file(name, pem) });
      assert.match(said, /^PORTICO_DKIM_KEY must be the path of a PEM file/);
      assert.doesNotMatch(said, /hush|BEGIN/);
    }
  });
});
