/** A partner's token that is tethered to one patient, got as partners get them. */
import assert from 'node:assert/strict';
import { createGrants } from '../../src/identity/authorization-server/grants.js';
import { createTethers } from '../../src/identity/authorization-server/tethers.js';
import { documentedBy } from '../../src/observe/audit/writes.js';
import type { Storage } from '../../src/store/port.js';
import type { TestServer } from '../fixtures/server.js';
import { register } from '../identity/registering.js';

const SCOPE = 'patient/*.rs';

export async function tetheredToken(server: TestServer & { storage: Storage }, patient: string): Promise<string> {
  const { body } = await register(server, {
    ...{ kind: 'partner-tethered', client_name: 'A partner', integration: 'acme', scope: SCOPE },
    redirect_uris: ['https://partner.example.org/back'],
  });
  const [client, secret] = [String(body['client_id']), String(body['client_secret'])];
  const { clock, ids, random } = server.app.parts;
  const { records } = server.storage;
  const parts = { store: server.app.store, records, clock, ids, random, grants: createGrants(records, clock) };
  await createTethers({ ...parts, audit: documentedBy({ ids }) }).make({
    client,
    patient,
    scope: SCOPE,
    reason: 'Care at home',
  });
  const answer = await fetch(`${server.url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', patient }),
  });
  assert.equal(answer.status, 200);
  return String(((await answer.json()) as Record<string, unknown>)['access_token']);
}
