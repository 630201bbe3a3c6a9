/** Messages that an earlier release wrote are found by their words, and counted, once the server has started. */
import assert from 'node:assert/strict';
import type { Bundle, Communication, Parameters } from 'fhir/r4.js';
import { systemClock } from '../../src/fhir/clock.js';
import { openMemory } from '../../src/store/memory/open.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';

const OWN = 'https://portico.health/fhir';
const MESSAGE = {
  resourceType: 'Communication',
  status: 'completed',
  category: [{ coding: [{ system: `${OWN}/CodeSystem/message-category`, code: 'billing' }] }],
  subject: { reference: 'Patient/demo-patient' },
  payload: [{ contentString: 'Zauberwort' }],
};

async function ask<R>(server: TestServer, path: string, body?: unknown, person = 'Person/demo-patient'): Promise<R> {
  const client = person.startsWith('Person') ? 'demo-patient' : 'demo-clinician';
  const response = await fetch(`${server.portal}/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${server.token(client, person)}`,
      'content-type': 'application/fhir+json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as R;
}

describe('messages of an earlier release', () => {
  it('[RN-25] [MSG-16] are indexed at the first start, with the marks that they have', async () => {
    const storage = openMemory(systemClock);
    const before = await startTestServer({ storage });
    const { id = '' } = await ask<Communication>(before, 'Communication', MESSAGE, 'Practitioner/demo-clinician');
    await ask(before, `Communication/${id}/$mark-read`, { resourceType: 'Parameters' });
    const span = `start=2026&end=${new Date().getUTCFullYear() + 1}&by=kind`;
    const found = async (server: TestServer): Promise<unknown[]> => {
      const { entry = [] } = await ask<Bundle>(server, 'Communication?text=zauberwort&unread=false');
      const { parameter = [] } = await ask<Parameters>(
        server,
        `Communication/$measure-messages?${span}`,
        undefined,
        'Practitioner/demo-administrator',
      );
      const rows = parameter.filter(({ name }) => name === 'row').map(({ part = [] }) => part[0]?.valueCode);
      return [entry.length, rows.includes('billing')];
    };
    assert.deepEqual(await found(before), [1, true]);
    const key = { partition: 'portal', type: 'Communication', id };
    const [version] = await storage.store.read([key]);
    const index = { postings: ['Communication'], ranges: [], strings: [], main: version!.at };
    await storage.store.commit({
      reindex: [{ key, version: version!.version, index }],
      documents: [{ op: 'delete', kind: 'setup', id: 'words-and-counts-of-messages' }],
    });
    assert.deepEqual(await found(before), [0, false], 'as an earlier release left it');
    await before.close();
    const after = await startTestServer({ storage });
    assert.deepEqual(await found(after), [1, true]);
    await after.close();
    await storage.store.close();
  });
});
