/** Files that proxies upload: whose they are, before and after a message takes them. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { eachPortal, issue, type Caller, type Journey } from './journey.js';

const system: Caller = 'demo-system';
const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n').toString('base64');
const reference = (to: string) => ({ reference: to });

function uploading(journey: () => Journey): void {
  const make = async (body: { resourceType: string; [name: string]: unknown }): Promise<string> =>
    `${body.resourceType}/${String((await journey().expect(201, system, 'POST', body.resourceType, body)).body.id)}`;
  const child = () => make({ resourceType: 'Patient', active: true, name: [{ family: randomUUID() }] });
  const account = async (...patients: string[]): Promise<Caller> => {
    const links = patients.map(async patient =>
      make({ resourceType: 'RelatedPerson', active: true, patient: reference(patient) }),
    );
    const link = (await Promise.all(links)).map(target => ({ target: reference(target) }));
    return `demo-patient as ${await make({ resourceType: 'Person', active: true, link })}`;
  };
  const upload = (who: Caller, more: object = {}) =>
    journey().call(who, 'POST', 'Binary', {
      resourceType: 'Binary',
      contentType: 'application/pdf',
      data: PDF,
      ...more,
    });
  const status = async (who: Caller, path: string): Promise<number> =>
    (await journey().call(who, 'GET', path, undefined, { accept: 'application/pdf' })).status;
  const question = (who: Caller, patient: string, url: string) =>
    journey().call(who, 'POST', 'Communication', {
      ...{ resourceType: 'Communication', status: 'completed', subject: reference(patient) },
      category: [{ coding: [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }] }],
      recipient: [reference('Organization/demo-clinical-group')],
      payload: [{ contentString: 'x' }, { contentAttachment: { contentType: 'application/pdf', url } }],
    });

  it('[MSG-3] true at the edges: of one child it is the child’s; of several, the upload says whose', async () => {
    const [ann, ben] = [await child(), await child()];
    const [one, both] = [await account(ann), await account(ann, ben)];
    const made = await upload(one);
    assert.equal(made.status, 201, made.text);
    const url = `Binary/${String(made.body.id)}`;
    assert.deepEqual([await status(one, url), await status('demo-patient', url)], [200, 404]);
    const refused = await upload(both);
    assert.deepEqual([refused.status, issue(refused).expression], [422, 'Binary.securityContext']);
    const named = await upload(both, { securityContext: reference(ben) });
    assert.equal(named.status, 201, named.text);
    const elsewhere = `Binary/${String(named.body.id)}`;
    assert.equal((await question(both, ann, elsewhere)).status, 422, 'what was said to be Ben’s is not Ann’s');
    assert.equal((await question(both, ben, elsewhere)).status, 201);
  });

  it('[MSG-3] true at the edges: a mother’s own upload goes with her message for the child, and is no more in her record', async () => {
    const [mother, ann] = [await child(), await child()];
    const related = await make({ resourceType: 'RelatedPerson', active: true, patient: reference(ann) });
    const link = [mother, related].map(target => ({ target: reference(target) }));
    const who: Caller = `demo-patient as ${await make({ resourceType: 'Person', active: true, link })}`;
    const father = await account(ann);
    const made = await upload(who);
    assert.equal(made.status, 201, made.text);
    const url = `Binary/${String(made.body.id)}`;
    assert.deepEqual([await status(who, url), await status(father, url)], [200, 404]);
    const sent = await question(who, ann, url);
    assert.equal(sent.status, 201, sent.text);
    assert.deepEqual([await status(who, url), await status(father, url)], [200, 200]);
    assert.equal(await status(`demo-patient as ${mother}`, url), 404, 'it is the child’s file now');
  });
}

describe('what proxies upload', () => {
  eachPortal(uploading);
});
