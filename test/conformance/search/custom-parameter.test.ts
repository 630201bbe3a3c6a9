/** SearchParameters that a customer posts: they count after `$reindex`. https://hl7.org/fhir/R4/searchparameter.html */
import assert from 'node:assert/strict';
import type { Bundle, CapabilityStatement, OperationOutcome } from 'fhir/r4.js';
import { machine } from '../../../src/compose/machine.js';
import type { Resource } from '../../../src/fhir/resource.js';
import { tokenWith } from '../../abuse/ward.js';
import { startTestServer } from '../../fixtures/server.js';
import { Customer, eachCustomer, resource } from './customer.js';

const ASSERTED = 'http://hl7.org/fhir/StructureDefinition/condition-assertedDate';

const parameter = (code: string, type: string, expression: string, more: object = {}) =>
  resource('SearchParameter', code, {
    url: `http://example.org/SearchParameter/${code}`,
    name: code.replaceAll('-', '_'),
    status: 'active',
    description: 'Of our own',
    code,
    base: [expression.split('.', 1)[0]],
    type,
    expression,
    ...more,
  });

const assertedDate = parameter('asserted-date', 'date', `Condition.extension.where(url = '${ASSERTED}').valueDateTime`);
const condition = (id: string, valueDateTime?: string) =>
  resource('Condition', id, {
    subject: { reference: 'Patient/85' },
    ...(valueDateTime ? { extension: [{ url: ASSERTED, valueDateTime }] } : {}),
  });

const resources = [
  condition('early', '2016-08-10'),
  condition('late', '2020-01-01'),
  condition('never'),
  resource('Patient', '85', { name: [{ family: 'Shaw' }] }),
];

async function declared(customer: Customer, type: string): Promise<string[]> {
  const { body } = await customer.call('GET', 'metadata');
  const [rest] = (body as CapabilityStatement).rest ?? [];
  return rest?.resource?.find(one => one.type === type)?.searchParam?.map(({ name }) => name) ?? [];
}

async function write(customer: Customer, one: Resource): Promise<void> {
  const { status, body } = await customer.call('PUT', `${one.resourceType}/${one.id}`, one);
  assert.ok(status === 200 || status === 201, JSON.stringify(body));
}

describe('custom search parameters', () => {
  eachCustomer(resources, customer => {
    it('[R93] count after $reindex, not before, and are declared then', async () => {
      await write(customer(), assertedDate);
      await customer().refused('Condition?asserted-date=2016-08-10', 400, 'not-supported');
      const { status, indexed } = await customer().reindex();
      assert.deepEqual([status, indexed], ['completed', 3]);
      assert.deepEqual(await customer().ids('Condition?asserted-date=2016-08-10'), ['early']);
      assert.deepEqual(await customer().ids('Condition?patient=85&asserted-date=gt2016-01-01'), ['early', 'late']);
      assert.deepEqual(await customer().ids('Condition?asserted-date=gt2017&patient=Patient/85'), ['late']);
      assert.deepEqual(await customer().ids('Condition?asserted-date:missing=true'), ['never']);
      assert.deepEqual((await customer().search('Condition?_sort=asserted-date')).ids, ['early', 'late', 'never']);
      assert.deepEqual(await customer().ids('Patient?_has:Condition:patient:asserted-date=2020'), ['85']);
      assert.ok((await declared(customer(), 'Condition')).includes('asserted-date'));
      assert.ok(!(await declared(customer(), 'Patient')).includes('asserted-date'));
    });

    it('[R93] [R76] count for what is contained too, wherever it is', async () => {
      const medication = { resourceType: 'Medication', id: 'm', extension: [{ url: 'urn:shelf', valueCode: 'top' }] };
      for (const id of ['one', 'two']) {
        const order = { status: 'active', intent: 'order', subject: { reference: 'Patient/85' } };
        const content = { ...order, medicationReference: { reference: '#m' }, contained: [medication] };
        await write(customer(), resource('MedicationRequest', `shelf-${id}`, content));
      }
      await write(
        customer(),
        parameter('shelf', 'token', "Medication.extension.where(url = 'urn:shelf').value.as(code)"),
      );
      await customer().reindex();
      const containers = ['shelf-one', 'shelf-two'];
      assert.deepEqual(await customer().ids('Medication?shelf=top&_contained=true'), containers);
      assert.deepEqual(await customer().ids('MedicationRequest?medication.shelf=top'), containers);
      assert.deepEqual(await customer().ids('Medication?shelf=top'), []);
    });

    it('[R81] [R93] tokens over strings are found in any case, families by each word', async () => {
      const extension = [{ url: 'urn:badge', valueString: 'Badge-7X' }];
      const contact = [{ name: { family: 'de la Cruz', text: 'Ana' }, relationship: [{ text: 'x' }] }];
      await write(customer(), resource('Patient', 'strings', { extension, contact }));
      const badge = (code: string, path: string) =>
        parameter(code, 'token', `Patient.extension.where(url = 'urn:badge').${path}`);
      await write(customer(), badge('badge-as', 'value.as(string)'));
      await write(customer(), badge('badge-json', 'valueString'));
      await write(customer(), parameter('contact-text', 'token', 'Patient.contact.name.text'));
      await write(customer(), parameter('contact-family', 'string', 'Patient.contact.name.family'));
      await customer().reindex();
      for (const query of ['badge-as=BADGE-7x', 'badge-json=badge-7x', 'contact-text=ANA', 'contact-family=cruz'])
        assert.deepEqual(await customer().ids(`Patient?${query}`), ['strings'], query);
      for (const id of ['badge-as', 'badge-json', 'contact-text', 'contact-family'])
        assert.equal((await customer().call('DELETE', `SearchParameter/${id}`)).status, 204);
      assert.equal((await customer().call('DELETE', 'Patient/strings')).status, 204);
      await customer().reindex();
    });

    it('[B39] [R93] hold in granular scopes, on past versions too', async () => {
      await write(customer(), condition('moved', '2016-01-01'));
      await write(customer(), condition('moved', '2016-08-10'));
      const scope = 'system/Condition.rs?asserted-date=2016-08-10';
      const token = tokenWith(customer().server, { client: 'demo-system', scope });
      const authorization = { authorization: `Bearer ${token}` };
      const status = async (path: string) => (await customer().call('GET', path, undefined, authorization)).status;
      assert.deepEqual((await customer().search('Condition', authorization)).ids.sort(), ['early', 'moved']);
      assert.deepEqual([await status('Condition/early'), await status('Condition/late')], [200, 404]);
      const versions = ['Condition/moved/_history/1', 'Condition/moved/_history/2'];
      assert.deepEqual(await Promise.all(versions.map(status)), [404, 200]);
      const { body } = await customer().call('GET', 'Condition/moved/_history', undefined, authorization);
      assert.equal((body as Bundle).total, 1);
      const unknown = tokenWith(customer().server, { client: 'demo-system', scope: 'system/Condition.rs?nothing=1' });
      const refusal = await customer().call('GET', 'Condition', undefined, { authorization: `Bearer ${unknown}` });
      assert.equal(refusal.status, 403, 'what cannot be applied is refused');
      assert.equal((await customer().call('DELETE', 'Condition/moved')).status, 204);
    });

    it('[R93] know what is written afterwards', async () => {
      await write(customer(), condition('after', '2021-01-01'));
      assert.deepEqual(await customer().ids('Condition?asserted-date=2021'), ['after']);
      await write(customer(), condition('after', '2022-01-01'));
      assert.deepEqual(await customer().ids('Condition?asserted-date=2021'), []);
      const answer = await customer().call('DELETE', 'Condition?asserted-date=2022');
      assert.equal(answer.status, 204);
      assert.deepEqual(await customer().ids('Condition?asserted-date=2022'), []);
    });

    it('know what is written while they are indexed', async () => {
      await write(customer(), parameter('note-text', 'string', 'Condition.note.text'));
      assert.equal((await customer().call('POST', '$reindex')).status, 202);
      customer().clock.ahead += 3000;
      await write(customer(), { ...condition('noted'), note: [{ text: 'Written meanwhile' }] });
      await customer().refused('Condition?note-text=written', 400, 'not-supported');
      assert.deepEqual(await customer().ids('Condition?asserted-date=2020'), ['late']);
      const second = await customer().call('POST', '$reindex');
      assert.equal(second.status, 409);
      await customer().settle();
      assert.deepEqual(await customer().ids('Condition?note-text=written'), ['noted']);
    });

    it('are taken up by another process where one ended', async () => {
      await write(customer(), parameter('gender-of-ours', 'token', 'Patient.gender'));
      await write(customer(), { ...resources[3], gender: 'female' } as Resource);
      assert.equal((await customer().call('POST', '$reindex')).status, 202);
      const { storage, clock } = customer();
      const later = { ahead: 60_000, now: () => Date.now() + clock.ahead + later.ahead };
      const server = await startTestServer({ storage, world: { ...machine, clock: later } });
      try {
        await server.app.reindexer.idle();
        later.ahead += 10_000;
        const other = new Customer(server, storage, later);
        assert.deepEqual(await other.ids('Patient?gender-of-ours=female'), ['85']);
        assert.deepEqual(await other.ids('Condition?asserted-date=2020'), ['late']);
      } finally {
        await server.close();
      }
      clock.ahead += 10_000;
      assert.deepEqual(await customer().ids('Patient?gender-of-ours=female'), ['85']);
    });

    it('[R74] of type reference can be included, from either end, once they are in force', async () => {
      const cared = parameter('cared-by', 'reference', 'Condition.recorder', { target: ['Patient'] });
      await write(customer(), cared);
      await write(customer(), { ...condition('recorded'), recorder: { reference: 'Patient/85' } });
      await customer().refused('Condition?_include=Condition:cared-by', 400, 'not-supported');
      await customer().refused('Patient?_revinclude=Condition:cared-by', 400, 'not-supported');
      await customer().reindex();
      const { included } = await customer().search('Condition?_id=recorded&_include=Condition:cared-by');
      assert.deepEqual(included, ['Patient/85']);
      const reverse = await customer().search('Patient?_id=85&_revinclude=Condition:cared-by');
      assert.deepEqual(reverse.included, ['Condition/recorded']);
      const { body } = await customer().call('GET', 'metadata');
      const types = (body as CapabilityStatement).rest?.[0]?.resource ?? [];
      const listed = (list: 'searchInclude' | 'searchRevInclude'): string[] =>
        types.filter(one => one[list]?.includes('Condition:cared-by')).map(({ type }) => type);
      assert.deepEqual([listed('searchInclude'), listed('searchRevInclude')], [['Condition'], ['Patient']]);
      assert.equal((await customer().call('DELETE', 'Condition/recorded')).status, 204);
    });

    it('stop counting once they are deleted and $reindex was called', async () => {
      assert.equal((await customer().call('DELETE', 'SearchParameter/note-text')).status, 204);
      assert.deepEqual(await customer().ids('Condition?note-text=written'), ['noted']);
      await customer().reindex();
      await customer().refused('Condition?note-text=written', 400, 'not-supported');
      assert.ok(!(await declared(customer(), 'Condition')).includes('note-text'));
      assert.deepEqual(await customer().ids('Condition?asserted-date=2020'), ['late']);
    });

    it('that cannot work, or take a code there is, are refused by $reindex', async () => {
      const refused = async (bad: Resource, status: number): Promise<void> => {
        await write(customer(), bad);
        const { status: answered, body } = await customer().call('POST', '$reindex');
        assert.equal(answered, status, JSON.stringify(body));
        assert.equal((body as OperationOutcome).resourceType, 'OperationOutcome');
        assert.equal((await customer().call('DELETE', `SearchParameter/${bad.id}`)).status, 204);
      };
      await refused(parameter('bad', 'string', "Condition.note.text.matches('(a+)+$')"), 422);
      await refused(parameter('family', 'string', 'Patient.name.family', { url: 'urn:own:family' }), 409);
      assert.deepEqual(await customer().ids('Condition?asserted-date=2020'), ['late']);
    });

    it('index types anew that are named, and no others that do not exist', async () => {
      const named = (type: string): object => ({
        resourceType: 'Parameters',
        parameter: [{ name: 'type', valueCode: type }],
      });
      assert.equal((await customer().call('POST', '$reindex', named('Nothing'))).status, 400);
      const { status, body } = await customer().call('POST', '$reindex', named('SearchParameter'));
      assert.equal(status, 202, JSON.stringify(body));
      await customer().settle();
      const done = await customer().call('GET', '$reindex-status');
      assert.equal(done.status, 200);
      assert.deepEqual(await customer().ids('SearchParameter?code=asserted-date'), ['asserted-date']);
    });

    it("are nobody else's: other endpoints do not know them", async () => {
      const token = customer().server.token('demo-system');
      const answer = await fetch(`${customer().server.portal}/Patient?gender-of-ours=female`, {
        headers: { authorization: `Bearer ${token}` },
      });
      assert.equal(answer.status, 400);
      assert.equal((await customer().call('GET', '$reindex-status?job=nothing')).status, 404);
    });
  });
});
