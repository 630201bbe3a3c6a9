/** Who may not do it learns nothing of what the body would have been judged: authorization comes before parsing. */
import assert from 'node:assert/strict';
import { startTestServer, type TestServer } from '../fixtures/server.js';

const BROKEN = '{"resourceType": "Observation", ';
const DEEP = '['.repeat(5000);

describe('http: refused before it is read', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  async function statusOf(
    path: string,
    body: string,
    client?: string,
    type = 'application/fhir+json',
    method = 'POST',
  ) {
    const authorization = client === undefined ? {} : { authorization: `Bearer ${server.token(client)}` };
    const headers = { 'content-type': type, ...authorization };
    const response = await fetch(`${server.portal}/${path}`, { method, headers, body });
    await response.arrayBuffer();
    return response.status;
  }

  for (const [what, body, type] of [
    ['broken JSON', BROKEN, 'application/fhir+json'],
    ['JSON nested without end', DEEP, 'application/fhir+json'],
    ['broken XML', '<Observation', 'application/fhir+xml'],
    ['another format', 'x', 'text/plain'],
  ] as const)
    it(`[A01] [F04] ${what}: 401 without a token, 403 for whom it is not, and only then what is wrong with it`, async () => {
      assert.equal(await statusOf('Practitioner', body, undefined, type), 401);
      assert.equal(await statusOf('Practitioner', body, 'demo-patient', type), 403);
      assert.equal(await statusOf('Practitioner/x', body, 'demo-patient', type, 'PUT'), 403);
      assert.equal(await statusOf('Patient/$invite', body, 'demo-patient', type), 403);
      const judged = await statusOf('Practitioner', body, 'demo-system', type);
      assert.ok([400, 413, 415, 422].includes(judged), String(judged));
    });
});
