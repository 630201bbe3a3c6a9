/** What an answer tells beside its text: the work behind it, and what caches may keep. */
import assert from 'node:assert/strict';
import { systemClock } from '../../src/fhir/clock.js';
import { openMemory } from '../../src/store/memory/open.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { watched } from './store-calls.js';
import { nameOf, resourcesOf, sharedResources } from './two-patients.js';
import { FIRST, SECOND, seed } from './ward.js';

describe('abuse: traces', () => {
  const calls: string[] = [];
  const storage = openMemory(systemClock);
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ storage: watched(storage, calls) });
    await seed(server, [...sharedResources(), ...[FIRST, SECOND].flatMap(resourcesOf)]);
  });
  after(() => server.close());

  const ask = (person: string, path: string, method = 'GET') =>
    fetch(`${server.portal}/${path}`, {
      method,
      headers: { authorization: `Bearer ${server.token('demo-patient', person)}` },
    });
  const person = `Person/${nameOf(FIRST, 'Person')}`;

  it('[B45] what is hidden costs the same calls of the store as what is not there', async () => {
    // The token is looked up and the texts of refusals are loaded once, with the first request that needs them.
    for (const path of ['Patient', 'Patient/zqwarm']) await (await ask(person, path)).text();
    const work = async (path: string, method: string): Promise<string[]> => {
      calls.length = 0;
      const response = await ask(person, path, method);
      await response.text();
      return [String(response.status), ...calls];
    };
    for (const type of ['Patient', 'Observation', 'Communication', 'Binary']) {
      for (const rest of ['', '/_history', '/_history/1', '/_history/99']) {
        const hidden = await work(`${type}/${nameOf(SECOND, type)}${rest}`, 'GET');
        assert.deepEqual(hidden, await work(`${type}/${nameOf('zqnil', type)}${rest}`, 'GET'), type + rest);
        assert.equal(hidden[0], '404');
      }
    }
    const mark = (patient: string) => work(`Communication/${nameOf(patient, 'Communication')}/$mark-read`, 'POST');
    assert.deepEqual(await mark(SECOND), await mark('zqnil'));
  });

  it('[B46] [H09] no cache keeps an answer, and the token is part of what it depends on', async () => {
    for (const [path, status] of [
      [`Patient/${FIRST}`, 200],
      ['Patient', 200],
      [`Binary/${FIRST}-attachment`, 200],
      [`Patient/${SECOND}`, 404],
      ['AuditEvent', 403],
      ['Patient?x=', 400],
    ] as const) {
      const response = await ask(person, path);
      assert.equal(response.status, status, path);
      assert.equal(response.headers.get('cache-control'), 'no-store');
      assert.match(response.headers.get('vary') ?? '', /authorization/i);
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
      assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/);
      assert.equal(response.headers.get('x-powered-by'), null);
    }
    const [one, two] = [await ask(person, 'Patient'), await ask(`Person/${nameOf(SECOND, 'Person')}`, 'Patient')];
    assert.notEqual(await one.text(), await two.text());
  });

  it('[B35] a method in a header, odd verbs and odd paths reach nothing', async () => {
    const token = server.token('demo-patient', person);
    const odd = async (path: string, method = 'GET', more: Record<string, string> = {}) =>
      (await fetch(server.url + path, { method, headers: { authorization: `Bearer ${token}`, ...more } })).status;
    const own = `/fhir/portal/Communication/${nameOf(FIRST, 'Communication')}`;
    assert.equal(await odd(own, 'GET', { 'x-http-method-override': 'DELETE' }), 200);
    assert.equal(await odd(own), 200);
    for (const method of ['PROPFIND', 'REPORT', 'OPTIONSX'])
      assert.ok([400, 405, 501].includes(await odd(own, method)), method);
    const hidden = `Communication/${nameOf(SECOND, 'Communication')}`;
    for (const path of [
      `//fhir/portal/${hidden}`,
      `/fhir//portal/${hidden}`,
      `/fhir/portal/${hidden};x`,
      `/fhir/portal/Communication%2f${nameOf(SECOND, 'Communication')}`,
    ]) {
      assert.ok([400, 404].includes(await odd(path)), path);
    }
  });
});
