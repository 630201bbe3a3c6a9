/** Who can be written to: what a patient finds takes messages, and what takes messages is found. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Bundle } from 'fhir/r4.js';
import { isSlow } from '../fixtures/storages.js';
import { samples } from '../fixtures/samples.js';
import { actionsOf, coding, OWN, reference } from './desk.js';
import { directory } from './directory-samples.js';
import { eachPortal, type Caller, type Journey } from './journey.js';

const system: Caller = 'demo-system';
const patient: Caller = 'demo-patient';
const TYPES = ['Organization', 'HealthcareService', 'PractitionerRole', 'Practitioner'];
const CATEGORIES = ['general', 'medical', 'billing'];

const entriesOf = ({ body }: { body: unknown }) => (body as Bundle).entry ?? [];

/** `Type/id` of the matches. */
async function found(journey: Journey, search: string, caller: Caller = patient): Promise<string[]> {
  const answer = await journey.expect(200, caller, 'GET', `${search}${search.includes('?') ? '&' : '?'}_count=500`);
  return entriesOf(answer).map(({ resource }) => `${resource?.resourceType ?? ''}/${resource?.id ?? ''}`);
}

eachPortal((journey, store) => {
  const { desk, make, role, write } = actionsOf(journey);
  const seed = 20261129;
  const ask = (to: string, category = 'medical') =>
    write(patient, { recipient: [reference(to)], category: [coding('message-category', category)] });
  const takes = async (to: string, search: string): Promise<boolean> => (await found(journey(), search)).includes(to);

  it(`[MSG-9] [MSG-5] in random directories exactly those are found who take a message (seed ${seed})`, async () => {
    const slow = isSlow(journey().storage);
    const categories = slow ? ['billing'] : CATEGORIES;
    let matches = 0;
    for (const bundle of fc.sample(directory, { seed, numRuns: slow ? 1 : samples(store === 'memory' ? 3 : 1, 20) })) {
      const made = await journey().expect(200, system, 'POST', '', bundle);
      const targets = entriesOf(made)
        .map(({ response }) => /(?:^|\/)([A-Z]\w+\/[^/]+)\/_history/.exec(response?.location ?? '')?.[1] ?? '')
        .filter(target => TYPES.includes(target.split('/')[0] ?? ''));
      assert.equal(targets.length, 4 + 6 + 7 + 24 + 5);
      for (const category of categories) {
        const searches = TYPES.map(type => found(journey(), `${type}?accepts-messages=${category}`));
        const open = new Set((await Promise.all(searches)).flat());
        matches += targets.filter(target => open.has(target)).length;
        for (const target of targets) {
          const { status, text } = await ask(target, category);
          assert.equal(status, open.has(target) ? 201 : 422, `${target} ${category}: ${text}`);
        }
      }
    }
    assert.ok(matches > 0);
  });

  it('[MSG-9] it is combined with name, specialty, place and care team; the group that is not staffed goes', async () => {
    const { clinical, agentRole } = await desk('Nephrology');
    const place = await make({ resourceType: 'Location', name: 'Harbour', address: { city: 'Saint Somewhere' } });
    const service = await make({
      resourceType: 'HealthcareService',
      active: true,
      name: 'Dialysis',
      providedBy: reference(clinical),
      location: [reference(place)],
    });
    const doctor = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Renalis' }] });
    const specialty = [{ coding: [{ system: 'http://snomed.info/sct', code: '394589003' }] }];
    const where = { location: [reference(place)], specialty };
    const post = await role(doctor, 'clinician', clinical, where);
    const searches: [string, string][] = [
      [clinical, 'Organization?accepts-messages=medical&name=nephro'],
      [service, 'HealthcareService?accepts-messages=medical&location.address-city=saint'],
      [post, 'PractitionerRole?accepts-messages=medical&specialty=http://snomed.info/sct|394589003'],
      [post, `PractitionerRole?accepts-messages=medical&location=${place}`],
      [post, 'PractitionerRole?accepts-messages=medical&practitioner.family=renalis'],
      [doctor, 'Practitioner?accepts-messages=medical&family=renalis'],
    ];
    for (const [target, search] of searches) assert.deepEqual(await found(journey(), search), [target], search);
    const { body } = await journey().expect(200, system, 'GET', agentRole);
    await journey().expect(200, system, 'PUT', agentRole, { ...body, active: false });
    for (const [, search] of searches) assert.deepEqual(await found(journey(), search), [], search);
  });

  it('[MSG-9] the care team of a patient is found by those who reach the patient, and by no other', async () => {
    const { clinical } = await desk('Family practice');
    const doctor = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Domestica' }] });
    const post = await role(doctor, 'clinician', clinical);
    const { body } = await journey().expect(200, system, 'GET', 'Patient/demo-patient');
    const named = { generalPractitioner: [reference(post)], managingOrganization: reference(clinical) };
    await journey().expect(200, system, 'PUT', 'Patient/demo-patient', { ...body, ...named });
    const team = (type: string, of: string, caller = patient) =>
      found(journey(), `${type}?accepts-messages=general&care-team=${of}`, caller);
    assert.deepEqual(await team('PractitionerRole', 'demo-patient'), [post]);
    assert.deepEqual(await team('Practitioner', 'Patient/demo-patient'), [doctor]);
    assert.deepEqual(await team('Organization', 'demo-patient'), [clinical]);
    assert.deepEqual(await team('Practitioner', 'demo-patient', 'demo-patient as Person/demo-proxy'), []);
    await journey().expect(200, system, 'PUT', 'Patient/demo-patient', body);
    assert.equal((await team('Practitioner', 'demo-patient')).includes(doctor), false);
  });

  it('[MSG-9] [MSG-1] a category that is switched off finds nobody for patients; one that is not known is 400', async () => {
    const { clinical } = await desk('Switched');
    const search = 'Organization?accepts-messages=billing';
    assert.equal(await takes(clinical, search), true);
    await switchedOff(journey(), 'questions-billing', async () => {
      assert.deepEqual(await found(journey(), search), []);
      assert.equal((await ask(clinical, 'billing')).status, 403);
      assert.equal(await takes(clinical, 'Organization?accepts-messages=general'), true);
      assert.equal((await found(journey(), search, system)).includes(clinical), true, 'switches concern people');
    });
    assert.equal(await takes(clinical, search), true);
    const wrong = await journey().expect(400, patient, 'GET', 'Organization?accepts-messages=gossip');
    assert.match(wrong.text, /general, medical, billing/);
    await journey().expect(400, patient, 'GET', 'PractitionerRole?organization.accepts-messages=medical');
  });

  it('[MSG-9] a role is found until the very moment at which it ends', async () => {
    const { clinical } = await desk('Ending');
    const doctor = await make({ resourceType: 'Practitioner', active: true, name: [{ family: 'Finis' }] });
    const at = Math.ceil((Date.now() + 3600_000) / 1000) * 1000;
    // Its index entry lasts to the end of the second that the end is written to.
    const end = new Date(at).toISOString().replace('.000', '');
    const post = await role(doctor, 'clinician', clinical, { period: { end } });
    const search = 'PractitionerRole?accepts-messages=medical';
    assert.equal(await takes(post, search), true);
    journey().pass(at - Date.now() + 20);
    assert.equal(await takes(post, search), false);
    assert.equal((await ask(post)).status, 422);
    assert.equal(await takes(doctor, 'Practitioner?accepts-messages=medical'), false);
  });
});

/** With a switch of the portal off for a while. */
async function switchedOff(journey: Journey, name: string, work: () => Promise<void>): Promise<void> {
  const { body } = await journey.expect(200, system, 'GET', 'Basic/portal-configuration');
  const settings = {
    url: `${OWN}/StructureDefinition/portal-settings`,
    extension: [{ url: name, valueBoolean: false }],
  };
  await journey.expect(200, system, 'PUT', 'Basic/portal-configuration', { ...body, extension: [settings] });
  try {
    await work();
  } finally {
    await journey.expect(200, system, 'PUT', 'Basic/portal-configuration', body);
  }
}
