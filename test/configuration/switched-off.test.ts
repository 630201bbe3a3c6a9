/** A type that is switched off: searches leave it out, whichever way they lead there; its notices stop; other servers know at once. */
import assert from 'node:assert/strict';
import type { Bundle, Communication } from 'fhir/r4.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { asMessage, asPerson, eachPortal, parameters, stranger } from '../portal/journey.js';
import { messageOf, patient, setUp, type Given } from './switch-calls.js';
import { turning } from './turning.js';

const OWN = 'https://portico.health/fhir';
const TYPE = 'DocumentReference';

/** Searches by the patient that lead to a document while it is on. */
const searches = (id: string): string[] => [
  TYPE,
  `${TYPE}?_id=${id}`,
  `${TYPE}?_count=1&_sort=-_lastUpdated`,
  'Patient/demo-patient/DocumentReference',
  'Patient/demo-patient/*?_type=DocumentReference',
  '?_type=DocumentReference',
  '?_type=Patient,DocumentReference',
  'Patient?_id=demo-patient&_revinclude=DocumentReference:patient',
  'Patient?_id=demo-patient&_revinclude=*',
  'Patient/demo-patient/$everything',
  'Patient/demo-patient/$everything?_type=DocumentReference',
  '_history',
];

eachPortal((journey, store) => {
  const turn = turning(journey);
  let given: Given;
  before(async () => {
    await journey().server.app.dispatcher.stop();
    given = await setUp(journey());
  });

  const found = async (path: string, method = 'GET'): Promise<Bundle> => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const post = method === 'POST';
    const call = post ? (['', form] as const) : ([undefined, {}] as const);
    return (await journey().expect(200, 'demo-patient', method, path, ...call)).body as unknown as Bundle;
  };

  const typesIn = ({ entry = [] }: Bundle): string[] => entry.map(({ resource }) => resource?.resourceType ?? '');

  it('[RN-24] what is off is left out of searches, of what they include, and of their totals', async () => {
    const id = given.document.split('/')[1] ?? '';
    const paths: [string, string?][] = [...searches(id).map((path): [string] => [path]), [`${TYPE}/_search`, 'POST']];
    for (const path of paths)
      assert.ok(typesIn(await found(...path)).includes(TYPE), `${path[0]} is to find it while on`);
    const has = 'Patient?_has:DocumentReference:patient:status=current';
    const total = `${TYPE}?_summary=count`;
    assert.deepEqual([typesIn(await found(has)), Number((await found(total)).total) > 0], [['Patient'], true]);
    await turn('documents');
    for (const path of paths) assert.ok(!typesIn(await found(...path)).includes(TYPE), path[0]);
    assert.deepEqual([typesIn(await found(has)), (await found(total)).total], [[], 0]);
    const system = await journey().expect(200, 'demo-system', 'GET', `${TYPE}?_count=1`);
    assert.equal(typesIn(system.body as unknown as Bundle).length, 1, 'systems see it all the same');
    await turn();
  });

  it('[RN-24] files of what is off are off: by id, by search, by version', async () => {
    const binary = await journey().expect(201, 'demo-system', 'POST', 'Binary', {
      ...{ resourceType: 'Binary', contentType: 'text/plain', data: 'dGV4dA==' },
      securityContext: { reference: given.document },
    });
    const path = `Binary/${String(binary.body.id)}`;
    const free = await journey().expect(201, 'demo-system', 'POST', 'Binary', {
      ...{ resourceType: 'Binary', contentType: 'text/plain', data: 'dGV4dA==' },
      securityContext: patient,
    });
    const other = `Binary/${String(free.body.id)}`;
    await journey().expect(200, 'demo-patient', 'GET', path);
    await journey().expect(200, 'demo-patient', 'GET', other);
    await turn('documents');
    for (const one of [path, `${path}/_history/1`, `${path}/_history`]) {
      await journey().expect(404, 'demo-patient', 'GET', one);
    }
    await journey().expect(200, 'demo-patient', 'GET', other);
    const ids = ((await found('Binary')).entry ?? []).map(({ resource }) => `Binary/${resource?.id}`);
    assert.ok(!ids.includes(path) && ids.includes(other));
    await turn();
    await journey().expect(200, 'demo-patient', 'GET', path);
  });

  it('[RN-24] its notices stop, those too that wait, and the sender sees why', async () => {
    const person = stranger();
    const account = asPerson(await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(person)));
    await journey().mails(person.email);
    const subject = account.link?.[0]?.target ?? {};
    const sent = await journey().expect(
      201,
      'demo-clinician',
      'POST',
      'Communication',
      messageOf('medical', { subject }),
    );
    await turn('provider-messages');
    assert.equal((await journey().mails(person.email)).length, 1, 'that of the account alone');
    const { body } = await journey().expect(200, 'demo-clinician', 'GET', `Communication/${asMessage(sent).id}`);
    const { extension = [] } = body as unknown as Communication;
    const parts = extension.find(({ url }) => url === `${OWN}/StructureDefinition/delivery`)?.extension ?? [];
    assert.deepEqual(
      parts.filter(({ url }) => url === 'state' || url === 'reason').map(one => one.valueCode ?? one.valueString),
      ['withheld', 'switched off'],
    );
    await turn();
  });

  it('[RN-24] [PC-11] another server on the storage knows with its next request', async () => {
    const { storage } = journey();
    const other: TestServer = await startTestServer({ storage });
    try {
      const read = async (): Promise<number> => {
        const headers = { authorization: `Bearer ${other.token('demo-patient')}` };
        return (await fetch(`${other.portal}/${given.document}`, { headers })).status;
      };
      const features = async () => {
        const answer = await fetch(new URL('/.well-known/portal-configuration', other.portal));
        return ((await answer.json()) as { features: Record<string, boolean> }).features['documents'];
      };
      assert.deepEqual([await read(), await features()], [200, true]);
      await turn('documents');
      assert.deepEqual([await read(), await features()], [403, false], store);
      await turn();
      assert.deepEqual([await read(), await features()], [200, true]);
    } finally {
      await other.close();
    }
  });
});
