/** What a proxy writes says who acted for whom: in the Provenance, in the audit, and as the sender of a message. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AuditEvent, Bundle, Communication, Provenance } from 'fhir/r4.js';
import { eachPortal, type Caller, type Journey } from './journey.js';
import { ehr, linked, member, system } from './relations.js';

const auditor: Caller = 'demo-agent as Practitioner/demo-auditor';

async function found<R>(journey: Journey, who: Caller, query: string): Promise<R[]> {
  const { body } = await journey.expect(200, who, 'GET', query);
  return ((body as unknown as Bundle<never>).entry ?? []).map(({ resource }) => resource! as R);
}

describe('who acted for whom', () => {
  eachPortal(journey => {
    it('[D17] a profile that a proxy changes names the relation and the patient; one’s own change does not', async () => {
      const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
      const { id } = await linked(journey(), { principal: ruth.patient, proxy: ben.patient }, ehr);
      const change = async (who: Caller, line: string) => {
        const { body } = await journey().expect(200, who, 'GET', ruth.patient);
        const request = randomUUID();
        const address = [{ line: [line], city: 'Riverside' }];
        await journey().expect(200, who, 'PUT', ruth.patient, { ...body, address }, { 'x-request-id': request });
        return found<AuditEvent>(journey(), auditor, `AuditEvent?entity:identifier=${request}`);
      };
      const [event] = await change(ben.who, '1 Main Street');
      const records = () => found<Provenance>(journey(), system, `Provenance?target=${ruth.patient}`);
      const [record, ...others] = await records();
      assert.deepEqual(others, []);
      const [agent] = record?.agent ?? [];
      assert.deepEqual([agent?.who.reference, agent?.onBehalfOf?.reference], [`RelatedPerson/${id}`, ruth.patient]);
      const [requestor] = event?.agent ?? [];
      assert.equal(requestor?.who?.reference, `RelatedPerson/${id}`);
      assert.ok(event?.entity?.some(({ what }) => what?.reference === ruth.patient));
      await change(ruth.who, '2 Main Street');
      assert.equal((await records()).length, 1);
    });

    it('[MSG-8] the sender of a question is the relation', async () => {
      const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
      const { id } = await linked(journey(), { principal: ruth.patient, proxy: ben.patient }, ehr);
      const { body } = await journey().expect(201, ben.who, 'POST', 'Communication', {
        ...{ resourceType: 'Communication', status: 'completed', subject: { reference: ruth.patient } },
        ...{ recipient: [{ reference: 'Organization/demo-clinical-group' }], payload: [{ contentString: 'x' }] },
        category: [
          { coding: [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'medical' }] },
        ],
      });
      const message = body as unknown as Communication;
      assert.equal(message.sender?.reference, `RelatedPerson/${id}`);
      assert.equal(message.subject?.reference, ruth.patient);
    });
  });
});
