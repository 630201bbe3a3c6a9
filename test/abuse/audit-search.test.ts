/** AuditEvents over HTTP: made when they are read, and found, chained, included and paged as any resource, on each store. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditEvent, Bundle, OperationOutcome, Resource } from 'fhir/r4.js';
import { eachPortal, type Caller, type Journey } from '../portal/journey.js';

const auditor: Caller = 'demo-agent as Practitioner/demo-auditor';
const system: Caller = 'demo-system';
const PATIENT = 'Patient/demo-omar-alkhatib';

async function bundleOf(journey: Journey, path: string, caller = system): Promise<Bundle> {
  return (await journey.expect(200, caller, 'GET', path)).body as unknown as Bundle;
}

const named = (bundle: Bundle, mode: string): string[] =>
  (bundle.entry ?? []).flatMap(({ resource, search }) =>
    search?.mode === mode ? [`${resource?.resourceType}/${resource?.id}`] : [],
  );

const requestOf = (resource: Resource | undefined): string | undefined =>
  (resource as AuditEvent).entity?.find(({ type }) => type?.code === 'XrequestId')?.what?.identifier?.value;

/** Reads the patient as the clinician; gives the request's id. */
async function look(journey: Journey, path = PATIENT, caller: Caller = 'demo-clinician'): Promise<string> {
  const request = randomUUID();
  await journey.call(caller, 'GET', path, undefined, { 'x-request-id': request });
  return request;
}

describe('abuse: searches of the audit', () => {
  eachPortal(journey => {
    const only = async (query: string): Promise<AuditEvent> => {
      const { entry = [] } = await bundleOf(journey(), `AuditEvent?${query}`);
      assert.equal(entry.length, 1, query);
      return entry[0]!.resource as AuditEvent;
    };

    it('[D17] [H06] finds an access right after it, and reads it by id, the same bytes', async () => {
      const request = await look(journey());
      const event = await only(`entity:identifier=${request}`);
      const read = await journey().expect(200, auditor, 'GET', `AuditEvent/${event.id}`);
      assert.deepEqual(read.body, event as unknown as typeof read.body);
      assert.deepEqual(event.agent[0]?.who, { reference: 'Practitioner/demo-clinician' });
      assert.equal(event.meta?.versionId, undefined, 'the type has no versions');
      assert.equal(event.meta?.lastUpdated, event.recorded);
      const again = await only(`entity:identifier=${request}`);
      assert.deepEqual(again, event);
    });

    it('[D17] finds by patient, agent, action, outcome, date and id, and by several', async () => {
      const request = await look(journey());
      const event = await only(`entity:identifier=${request}`);
      for (const query of [
        `patient=${PATIENT}`,
        `patient=demo-omar-alkhatib&agent=Practitioner/demo-clinician`,
        'agent=Practitioner/demo-clinician&action=R&outcome=0',
        `entity=${PATIENT}&subtype=read&type=rest`,
        `date=ge${event.recorded}&altid=demo-clinician`,
        `_id=${event.id}`,
        `_lastUpdated=ge${event.recorded}&patient=${PATIENT}`,
        `agent:Practitioner.name=Okafor&patient=${PATIENT}`,
        `patient._id=demo-omar-alkhatib`,
      ]) {
        const found = await bundleOf(journey(), `AuditEvent?_count=50&${query}`);
        assert.ok(named(found, 'match').includes(`AuditEvent/${event.id}`), query);
      }
      for (const query of ['agent=Practitioner/nobody', `patient=${PATIENT}&action=D`, 'agent:Practitioner.name=Zzz']) {
        assert.deepEqual(named(await bundleOf(journey(), `AuditEvent?${query}`), 'match'), [], query);
      }
    });

    it('[R76] includes agents and patients, and is included by them', async () => {
      const request = await look(journey());
      const event = await only(`entity:identifier=${request}`);
      const including = await bundleOf(
        journey(),
        `AuditEvent?_id=${event.id}&_include=AuditEvent:agent&_include=AuditEvent:patient`,
      );
      assert.deepEqual(named(including, 'include').sort(), [PATIENT, 'Practitioner/demo-clinician']);
      const around = await bundleOf(journey(), `Patient?_id=demo-omar-alkhatib&_revinclude=AuditEvent:patient`);
      assert.ok(named(around, 'include').includes(`AuditEvent/${event.id}`));
    });

    it('[R76] other types are found by their audit', async () => {
      const request = await look(journey());
      const { id, recorded } = await only(`entity:identifier=${request}`);
      const of = (query: string) => bundleOf(journey(), `Patient?${query}`);
      assert.deepEqual(named(await of(`_has:AuditEvent:patient:_id=${id}`), 'match'), [PATIENT]);
      assert.deepEqual(named(await of(`_has:AuditEvent:patient:_id=none`), 'match'), []);
      const both = await of(`_has:AuditEvent:patient:date=${recorded}&name=zzz`);
      assert.deepEqual(named(both, 'match'), []);
    });

    it('a search over all types pages through the audit as well, each resource once', async () => {
      await look(journey());
      const seen: string[] = [];
      let path: string | undefined =
        `?_type=AuditEvent,Organization&_lastUpdated=lt${new Date().toISOString()}&_count=7`;
      while (path !== undefined && seen.length < 300) {
        const page = await bundleOf(journey(), path);
        seen.push(...named(page, 'match'));
        const next = page.link?.find(({ relation }) => relation === 'next')?.url;
        path = next?.slice(journey().server.portal.length + 1);
      }
      assert.equal(new Set(seen).size, seen.length);
      assert.ok(seen.some(name => name.startsWith('AuditEvent/')));
      assert.ok(seen.some(name => name.startsWith('Organization/')));
    });

    it('has no history, and what is not there is not there', async () => {
      const history = await bundleOf(journey(), '_history?_count=100');
      assert.ok((history.entry ?? []).every(({ fullUrl }) => !fullUrl?.includes('/AuditEvent/')));
      for (const id of ['none', `000000000-${'0'.repeat(32)}`, 'zzzzzzzzz-0']) {
        await journey().expect(404, auditor, 'GET', `AuditEvent/${id}`);
      }
    });

    it('says in the answer that a part of it cannot be read, and serves the rest', async () => {
      const request = await look(journey());
      const bad = join(journey().server.folder, 'audit', 'broken.0.000000000.log');
      writeFileSync(bad, `${'0'.repeat(64)}\nnonsense\n`);
      const bundle = await bundleOf(journey(), 'AuditEvent?_count=1000');
      assert.ok((bundle.entry ?? []).some(({ resource }) => requestOf(resource) === request));
      const outcome = bundle.entry?.find(({ search }) => search?.mode === 'outcome')?.resource as OperationOutcome;
      assert.deepEqual(outcome.issue[0]?.code, 'incomplete');
      assert.ok(!JSON.stringify(outcome).includes('broken'));
    });
  });
});
