/** Patients, their proxies by function, and what the tests ask about them. */
import { randomUUID } from 'node:crypto';
import assert from 'node:assert/strict';
import type { Bundle } from 'fhir/r4.js';
import { asMessage, type Caller, type Journey } from './journey.js';

const OWN = 'https://portico.health/fhir';
export const system: Caller = 'demo-system';
const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n').toString('base64');
export const reference = (to: string) => ({ reference: to });

export function familyOf(journey: () => Journey) {
  const make = async (body: { resourceType: string; [name: string]: unknown }): Promise<string> => {
    const answer = await journey().expect(201, system, 'POST', body.resourceType, body);
    return `${body.resourceType}/${String(answer.body.id)}`;
  };
  const named = (given: string, more: object = {}) => ({
    ...{ resourceType: 'Patient', active: true, name: [{ family: 'Function', given: [given] }] },
    ...more,
  });
  const functions = (...codes: string[]) =>
    codes.map(valueCode => ({ url: `${OWN}/StructureDefinition/proxy-function`, valueCode }));
  const relation = (principal: string, ...codes: string[]) => ({
    ...{ resourceType: 'RelatedPerson', active: true, patient: reference(principal) },
    ...(codes.length > 0 ? { extension: functions(...codes) } : {}),
  });
  const account = async (...links: string[]): Promise<Caller> => {
    const link = links.map(target => ({ target: reference(target) }));
    return `demo-patient as ${await make({ resourceType: 'Person', active: true, link })}`;
  };
  const messageTo = (patient: string, more: object = {}) => ({
    ...{ resourceType: 'Communication', status: 'completed', subject: reference(patient) },
    category: [{ coding: [{ system: `${OWN}/CodeSystem/message-category`, code: 'medical' }] }],
    ...{ payload: [{ contentString: 'Words for the patient' }], ...more },
  });
  const file = { contentAttachment: { contentType: 'application/pdf', data: PDF } };

  /** A patient with a message that has a file, and a document with another. */
  async function principal() {
    const patient = await make(named(randomUUID()));
    const body = messageTo(patient, { payload: [{ contentString: 'Words for the patient' }, file] });
    const sent = await journey().expect(201, system, 'POST', 'Communication', {
      ...{ ...body, sender: reference('Organization/demo-clinical-group') },
    });
    const message = asMessage(sent);
    const document = await make({
      ...{ resourceType: 'DocumentReference', status: 'current', subject: reference(patient) },
      content: [{ attachment: { title: 'Letter' } }],
    });
    const binary = { resourceType: 'Binary', contentType: 'application/pdf', data: PDF };
    const letter = await make({ ...binary, securityContext: reference(document) });
    const attached = message.payload?.[1]?.contentAttachment?.url ?? assert.fail();
    return { patient, path: `Communication/${message.id}`, attached, letter };
  }
  const count = async (who: Caller, query: string): Promise<number> => {
    const { body } = await journey().expect(200, who, 'GET', query);
    const { total, entry = [] } = body as unknown as Bundle;
    return entry.filter(({ resource }) => resource?.resourceType === 'Communication').length || (total ?? 0);
  };
  const status = async (who: Caller, path: string, method = 'GET', body?: object): Promise<number> =>
    (await journey().call(who, method, path, body)).status;
  return { make, named, relation, account, messageTo, principal, count, status };
}
