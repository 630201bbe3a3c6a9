/** A record system feeds the directory by transactions of conditional updates, and tries them first. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AuditEvent, Bundle, FhirResource } from 'fhir/r4.js';
import { uniqueLetters } from '../fixtures/unique.js';
import { actionsOf, coding, organization, reference, toGroup } from './desk.js';
import { eachPortal, issue, type Answer, type Caller } from './journey.js';

const ehr: Caller = 'demo-ehr';
const system: Caller = 'demo-system';
const administrator: Caller = 'demo-agent as Practitioner/demo-administrator';
const SYSTEM = 'urn:example:ehr';

const identified = (value: string) => ({ identifier: [{ system: SYSTEM, value }] });
const urn = (at: number): string => `urn:uuid:6f1d3b52-0d4e-4c57-9d5e-00000000000${at}`;

type Entry = NonNullable<Bundle['entry']>[number];

const entry = (resource: object, value: string, fullUrl?: string): Entry => {
  const { resourceType } = resource as FhirResource;
  return {
    ...(fullUrl === undefined ? {} : { fullUrl }),
    resource: { ...resource, ...identified(value) } as FhirResource,
    request: { method: 'PUT', url: `${resourceType}?identifier=${SYSTEM}|${value}` },
  };
};

const transaction = (...entries: Entry[]): Bundle => ({ resourceType: 'Bundle', type: 'transaction', entry: entries });

interface Feed {
  name?: string;
  family?: string;
  doctor?: object;
}

/** A clinical group, a place, a service, and two providers with their roles; references of every kind between them. */
function feedOf(key: string, { name = 'Rheumatology', family = 'Articularis', doctor = { active: true } }: Feed = {}) {
  const named = (type: string, value: string) => reference(`${type}?identifier=${SYSTEM}|${key}-${value}`);
  const role = { resourceType: 'PractitionerRole', active: true, specialty: [{ text: 'rheumatology' }] };
  const person = (of: string) => ({ resourceType: 'Practitioner', name: [{ family: of }] });
  return transaction(
    entry({ ...role, practitioner: reference(urn(3)), organization: reference(urn(1)) }, `${key}-role`, urn(4)),
    entry(organization('clinical-group', name), `${key}-group`, urn(1)),
    entry(
      { resourceType: 'Location', name: 'East wing', managingOrganization: reference(urn(1)) },
      `${key}-place`,
      urn(2),
    ),
    entry({ ...person(family), ...doctor }, `${key}-doctor`, urn(3)),
    entry(
      {
        resourceType: 'HealthcareService',
        active: true,
        name: 'Infusions',
        providedBy: reference(urn(1)),
        location: [reference(urn(2))],
      },
      `${key}-service`,
    ),
    entry({ ...person('Secundus'), active: true }, `${key}-second`),
    entry({ ...role, practitioner: named('Practitioner', 'second'), organization: reference(urn(1)) }, `${key}-role-2`),
  );
}

const entriesOf = ({ body }: Answer): Entry[] => (body as unknown as Bundle).entry ?? [];
const locations = (answer: Answer) =>
  entriesOf(answer).map(({ response }) => /[A-Z]\w+\/[^/]+\/_history\/\d+$/.exec(response?.location ?? '')?.[0] ?? '');
const statuses = (answer: Answer) => entriesOf(answer).map(({ response }) => response?.status.slice(0, 3));
const nameIn = (location = ''): string => location.split('/_history/')[0]!;
const warningsOf = (answer: Answer) =>
  entriesOf(answer).flatMap(({ response }) => {
    const { issue: issues = [] } = (response?.outcome ?? {}) as { issue?: { diagnostics?: string }[] };
    return issues.map(({ diagnostics = '' }) => diagnostics);
  });

eachPortal(journey => {
  const { desk, make, ask, itemsOf, move } = actionsOf(journey);
  const send = (bundle: object, caller: Caller = ehr, headers: object = {}) =>
    journey().call(caller, 'POST', '', bundle, headers);
  const dry = (bundle: object, caller: Caller = ehr, headers: object = {}) =>
    journey().call(caller, 'POST', '$dry-run', bundle, headers);
  const stored = async (name: string) => (await journey().expect(200, system, 'GET', name)).body;
  /** All of the directory, with its versions. */
  async function state(): Promise<unknown> {
    const types = ['Organization', 'Practitioner', 'PractitionerRole', 'HealthcareService', 'Location', 'Task'];
    const pages = types.map(async type => {
      const { body } = await journey().expect(200, system, 'GET', `${type}?_count=1000&_elements=id,meta`);
      const rows = ((body as unknown as Bundle).entry ?? []).map(
        ({ resource }) => `${type}/${resource?.id ?? ''} ${resource?.meta?.versionId ?? ''}`,
      );
      return rows.sort();
    });
    return Promise.all(pages);
  }

  it('[PC-10] makes groups, places, services, providers and roles; the same again makes no version', async () => {
    const key = uniqueLetters();
    const first = await send(feedOf(key));
    assert.deepEqual([first.status, new Set(statuses(first))], [200, new Set(['201'])], first.text);
    const again = await send(feedOf(key));
    assert.deepEqual([again.status, locations(again)], [200, locations(first)], again.text);
    const renamed = await send(feedOf(key, { family: 'Nova' }));
    const changed = locations(renamed).filter(location => !location.endsWith('/1'));
    assert.deepEqual([changed.length, changed[0]?.startsWith('Practitioner/')], [1, true]);
    const [role] = locations(first);
    const { practitioner } = (await stored(nameIn(role))) as unknown as { practitioner: { reference: string } };
    assert.equal(practitioner.reference, nameIn(changed[0]));
  });

  it('[PC-10] [MSG-15] leaves the flows that administrators gave to a group as they are', async () => {
    const key = uniqueLetters();
    const group = nameIn(locations(await send(feedOf(key)))[1]);
    const extension = [toGroup('Organization/demo-workflow-group')];
    const given = await journey().call(administrator, 'PUT', group, { ...(await stored(group)), extension });
    assert.equal(given.status, 200, given.text);
    assert.equal(locations(await send(feedOf(key)))[1], `${group}/_history/2`);
    const renamed = await send(feedOf(key, { name: 'Rheumatology and pain' }));
    assert.equal(locations(renamed)[1], `${group}/_history/3`);
    assert.deepEqual((await stored(group))['extension'], extension);
    const { extension: _flows, ...bare } = await stored(group);
    await journey().expect(200, administrator, 'PUT', group, bare);
    assert.equal((await stored(group))['extension'], undefined, 'administrators take them away');
  });

  it('[PC-10] whom it does not name stays; whom it sets inactive leaves, and what depends on them is settled', async () => {
    const here = await desk('Feed');
    const before = await stored(here.person);
    await journey().expect(200, system, 'PUT', here.person, { ...before, ...identified(here.person) });
    await journey().expect(200, system, 'PUT', 'Patient/demo-patient', {
      ...(await stored('Patient/demo-patient')),
      generalPractitioner: [reference(here.person)],
    });
    const [item] = await itemsOf(await ask([here.clinical]));
    await move(here.caller, item!, 'claim');
    assert.equal((await send(feedOf(uniqueLetters()))).status, 200);
    assert.equal((await stored(here.person))['active'], true);
    const leaving = transaction(entry({ ...before, active: false }, here.person));
    const [tried, done] = [await dry(leaving), await send(leaving)];
    for (const answer of [tried, done]) {
      const warnings = warningsOf(answer).join('\n');
      assert.match(warnings, /Roles in the portal end with the person's leave: 3/);
      assert.match(warnings, /Patients name this general practitioner, who has left: 1/);
      assert.match(warnings, new RegExp(`back into the queue of ${here.workflow}: 1`));
      assert.match(warnings, new RegExp(`${here.clinical} are refused`));
    }
    const task = (await stored(`Task/${item!.id}`)) as unknown as { owner: { reference: string } };
    assert.equal(task.owner.reference, here.workflow);
    assert.equal((await journey().call(here.caller, 'GET', 'Task')).status, 401, 'their tokens are dead');
  });

  it('[PC-10] a group that closes is warned about with what belongs to it', async () => {
    const key = uniqueLetters();
    await send(feedOf(key));
    const closed = transaction(entry(organization('clinical-group', 'Merged', { active: false }), `${key}-group`));
    assert.match(warningsOf(await send(closed)).join('\n'), /Roles \(2\) and services \(1\) of Organization/);
  });

  it('[PC-10] twins are 412 by the entry that meets them, and nothing of the feed is written', async () => {
    const key = uniqueLetters();
    const twin = { resourceType: 'Practitioner', active: true, ...identified(`${key}-doctor`) };
    const first = await make({ ...twin, name: [{ family: 'one' }] });
    const told = { prefer: 'return=OperationOutcome' };
    const other = { ...twin, name: [{ family: 'other' }] };
    const second = await journey().expect(201, system, 'POST', 'Practitioner', other, told);
    assert.ok(second.text.includes(`another record: ${first}`), second.text);
    const before = await state();
    const [tried, sent] = [await dry(feedOf(key)), await send(feedOf(key))];
    for (const answer of [tried, sent]) {
      assert.deepEqual([answer.status, issue(answer).code], [412, 'multiple-matches'], answer.text);
    }
    assert.equal(tried.text, sent.text);
    assert.deepEqual(await state(), before);
  });

  it('[PC-10] a dry run answers as the transaction does, and writes, audits as written and notifies nothing', async () => {
    const key = uniqueLetters();
    const before = await state();
    const request = randomUUID();
    const tried = await dry(feedOf(key), ehr, { 'x-request-id': request });
    assert.deepEqual(await state(), before);
    const auditor: Caller = 'demo-agent as Practitioner/demo-auditor';
    const { body } = await journey().expect(200, auditor, 'GET', `AuditEvent?entity:identifier=${request}`);
    const events = ((body as unknown as Bundle<AuditEvent>).entry ?? []).map(({ resource }) => resource!);
    assert.deepEqual(
      events.map(({ subtype, action }) => [subtype?.[0]?.code, action]),
      [['operation', 'E']],
    );
    const done = await send(feedOf(key));
    assert.deepEqual([tried.status, statuses(tried)], [done.status, statuses(done)], tried.text);
    assert.deepEqual(locations(await dry(feedOf(key))), locations(done));
    const message = {
      resourceType: 'Communication',
      status: 'completed',
      subject: reference('Patient/demo-patient'),
      sender: reference('Organization/demo-clinical-group'),
      category: [coding('message-category', 'medical')],
      payload: [{ contentString: 'x' }],
    };
    const count = async () =>
      (await journey().expect(200, system, 'GET', 'Communication?_summary=count')).body['total'];
    const messages = await count();
    const note = transaction({ resource: message, request: { method: 'POST', url: 'Communication' } });
    const mails = (await journey().mails('dana.whitfield@example.org')).length;
    assert.equal((await dry(note, system)).status, 200);
    assert.equal(await count(), messages);
    assert.equal((await journey().mails('dana.whitfield@example.org')).length, mails);
  });

  it('[PC-10] [MSG-15] what would be refused is refused alike: access, profiles, references, flows', async () => {
    const lost = organization('clinical-group', 'Lost', { extension: [toGroup('Organization/absent')] });
    const auditor = {
      resourceType: 'PractitionerRole',
      active: true,
      practitioner: reference('Practitioner/demo-clinician'),
      organization: reference('Organization/demo-organization'),
      code: [coding('role', 'auditor')],
    };
    const refused: [number, object][] = [
      [422, lost],
      [403, auditor],
      [403, { resourceType: 'Basic', code: { text: 'x' } }],
      [400, { resourceType: 'Practitioner', activ: true }],
      [422, { resourceType: 'PractitionerRole', active: true, organization: reference('Organization/absent') }],
    ];
    for (const [status, resource] of refused) {
      const bundle = transaction(entry(organization('clinical-group', 'Good'), uniqueLetters()), {
        resource: resource as FhirResource,
        request: { method: 'POST', url: (resource as FhirResource).resourceType },
      });
      const [tried, sent] = [await dry(bundle), await send(bundle)];
      assert.deepEqual([tried.status, tried.text], [status, sent.text]);
      assert.equal(sent.status, status);
    }
  });

  it('[PC-10] a dry run is for systems and administrators, of transactions that write', async () => {
    const bundle = feedOf(uniqueLetters());
    const group = organization('clinical-group', 'New') as unknown as FhirResource;
    const made = transaction({ resource: group, request: { method: 'POST', url: 'Organization' } });
    assert.deepEqual(statuses(await dry(made, administrator)), ['201']);
    for (const caller of ['demo-patient', 'demo-clinician', 'demo-agent']) {
      assert.equal((await dry(bundle, caller)).status, 403, caller);
    }
    assert.equal((await dry(bundle, '')).status, 401);
    assert.equal((await dry({ ...bundle, type: 'batch' })).status, 422);
    const reading = transaction({ request: { method: 'GET', url: 'Practitioner?name=x' } });
    assert.equal((await dry(reading)).status, 422);
  });
});
