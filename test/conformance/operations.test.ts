/** HL7's own operations, and the definitions served as resources. https://hl7.org/fhir/R4/operationslist.html */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Parameters, ValueSet } from 'fhir/r4.js';
import type { JsonObject, Resource } from '../../src/fhir/resource.js';
import { asBundle, eachRest, errors, observation, outcome, patient, unique, type Answer } from './rest.js';

const parameters = (...parameter: JsonObject[]): Resource => ({ resourceType: 'Parameters', parameter });
const out = ({ body }: Answer, name: string): unknown => {
  const found = (body as unknown as Parameters).parameter?.find(one => one.name === name);
  return Object.entries(found ?? {}).find(([key]) => key.startsWith('value'))?.[1];
};
const severities = ({ body }: Answer): string[] => outcome(body).issue.map(({ severity }) => severity);
const next = ({ body }: Answer): string | undefined =>
  asBundle(body).link?.find(({ relation }) => relation === 'next')?.url;

describe('operations', () => {
  eachRest(rest => {
    it('[R151] $validate takes a resource, Parameters, a mode and a profile; the outcome is the answer', async () => {
      const good = patient(unique());
      const bad = { resourceType: 'Patient', gender: 'x' };
      const plain = await rest().expect(200, 'POST', 'Patient/$validate', good);
      assert.deepEqual(severities(plain), ['information']);
      const wrong = await rest().expect(200, 'POST', 'Patient/$validate', bad);
      assert.equal(errors(outcome(wrong.body).issue).length, 1);
      assert.deepEqual(outcome(wrong.body).issue[0]?.expression, ['Patient.gender']);
      const wrapped = parameters({ name: 'resource', resource: good }, { name: 'mode', valueCode: 'create' });
      assert.deepEqual(severities(await rest().expect(200, 'POST', 'Patient/$validate', wrapped)), ['information']);
      const vital = 'http://hl7.org/fhir/StructureDefinition/vitalsigns';
      const asVital = await rest().expect(200, 'POST', `Observation/$validate?profile=${vital}`, observation());
      assert.ok(errors(outcome(asVital.body).issue).length > 0);
      assert.match(asVital.text, /Observation\.category/);
      const base = 'http://hl7.org/fhir/StructureDefinition/Patient';
      for (const sent of ['valueUri', 'valueCanonical', 'valueString']) {
        const under = parameters({ name: 'resource', resource: good }, { name: 'profile', [sent]: base });
        assert.deepEqual(severities(await rest().expect(200, 'POST', 'Patient/$validate', under)), ['information']);
      }
      await rest().expect(400, 'POST', 'Patient/$validate?profile=urn:nobody:knows', good);
      await rest().expect(400, 'POST', `Patient/$validate?profile=${vital}`, good);
      await rest().expect(400, 'POST', 'Patient/$validate?mode=perhaps', good);
      await rest().expect(400, 'POST', 'Patient/$validate', parameters());
      await rest().expect(400, 'POST', 'Patient/$validate', '{');
    });

    it('[R151] $validate on an instance looks at what is stored, or whether it may be updated or deleted', async () => {
      const made = await rest().create(patient(unique()));
      const stored = await rest().expect(200, 'GET', `Patient/${made.id}/$validate`);
      assert.deepEqual(severities(stored), ['information']);
      const update = await rest().expect(200, 'POST', `Patient/${made.id}/$validate?mode=update`, { ...made, id: 'x' });
      assert.equal(errors(outcome(update.body).issue).length, 1);
      const deletion = await rest().expect(200, 'POST', `Patient/${made.id}/$validate?mode=delete`);
      assert.deepEqual(severities(deletion), ['information']);
      await rest().expect(404, 'GET', `Patient/${unique()}/$validate`);
      const { body } = await rest().expect(200, 'GET', `Patient/${made.id}/_history`);
      assert.equal(body['total'], 1, 'nothing was changed');
    });

    it('[PKB-4] $meta tells the labels of an instance and those in use', async () => {
      const tag = { system: 'urn:example', code: unique() };
      const { id } = await rest().create(patient(unique(), { meta: { tag: [tag] } }));
      const one = await rest().expect(200, 'GET', `Patient/${id}/$meta`);
      assert.deepEqual((out(one, 'return') as JsonObject)['tag'], [tag]);
      const all = await rest().expect(200, 'GET', 'Patient/$meta');
      assert.ok(JSON.stringify(out(all, 'return')).includes(tag.code));
    });
  });

  /** The FHIRPath that a refusal names. */
  const refusal = async (answer: Promise<Answer>): Promise<unknown> =>
    outcome((await answer).body).issue[0]?.expression?.[0];
  const path = (name: string): string => `Parameters.parameter.where(name='${name}')`;

  eachRest(
    rest => {
      it('[PC-1, PC-2] refuse facts of the wrong type by the FHIRPath of the parameter, before anybody is looked up', async () => {
        for (const [name, value] of [
          ['birthDate', { valueDate: '2023-02-29' }],
          ['birthDate', { valueString: 'yesterday' }],
          ['birthDate', { valueDateTime: '2023-02-28' }],
          ['channel', { valueString: ' email' }],
          ['language', { valueCode: 'e n ' }],
          ['expiresInDays', { valueInteger: 1.5 }],
          ['expiresInDays', { valueString: '7' }],
        ] as const) {
          const sent = parameters({ name, ...value });
          const answer = await rest().expect(400, 'POST', `Patient/${unique()}/$invite`, sent);
          const own = 'valueDate' in value || 'valueCode' in value || 'valueInteger' in value;
          const expected = own ? 'Parameters.parameter[0].value' : path(name);
          assert.deepEqual(outcome(answer.body).issue[0]?.expression, [expected]);
        }
        const asked = rest().expect(400, 'GET', `Patient/${unique()}/$enrollment-status?birthDate=2023-02-29`);
        assert.equal(await refusal(asked), path('birthDate'));
      });
    },
    { only: 'portal' },
  );

  eachRest(
    rest => {
      it('[R150, R152] refuse values of the wrong type by the FHIRPath of the parameter, before anything is looked up', async () => {
        for (const [at, name, value] of [
          [`Patient/${unique()}/$everything`, 'start', '2024-02-30'],
          [`Patient/${unique()}/$everything`, '_since', '2024-13'],
          [`Patient/${unique()}/$everything`, '_count', '1.5'],
          ['ValueSet/$expand', 'url', 'urn:a b'],
          ['ValueSet/$expand', 'date', 'soon'],
          ['ValueSet/$expand', 'includeDefinition', '1'],
          ['ValueSet/$expand', 'valueSet', 'urn:a'],
          ['CodeSystem/$lookup', 'code', ' a'],
          ['CodeSystem/$lookup', 'coding', 'a'],
        ] as const) {
          const asked = rest().expect(400, 'GET', `${at}?${name}=${encodeURIComponent(value)}`);
          assert.equal(await refusal(asked), path(name), `${name}=${value}`);
        }
        const text = parameters({ name: 'system', valueString: 'urn:a b' });
        assert.equal(await refusal(rest().expect(400, 'POST', 'CodeSystem/$lookup', text)), path('system'));
        const odd = parameters({ name: 'valueSet', resource: { resourceType: 'ValueSet', status: 7 } });
        assert.equal(await refusal(rest().expect(400, 'POST', 'ValueSet/$expand', odd)), 'ValueSet.status');
      });

      it('[PKB-4] $meta says that there are no labels in a form that is valid', async () => {
        const { body } = await rest().expect(200, 'GET', 'MedicinalProductPharmaceutical/$meta');
        assert.deepEqual(errors(rest().server.app.parts.validator.validate(body)), []);
      });

      it('[PKB-4] $meta-add and $meta-delete change labels, and make a version where they change', async () => {
        const { id } = await rest().create(patient(unique()));
        const meta = parameters({ name: 'meta', valueMeta: { tag: [{ system: 'urn:example', code: 'a' }] } });
        const added = await rest().expect(200, 'POST', `Patient/${id}/$meta-add`, meta);
        assert.deepEqual((out(added, 'return') as JsonObject)['tag'], [{ system: 'urn:example', code: 'a' }]);
        await rest().expect(200, 'POST', `Patient/${id}/$meta-add`, meta);
        assert.equal(await rest().count('Patient', `_id=${id}&_tag=urn:example%7Ca`), 1);
        const removed = await rest().expect(200, 'POST', `Patient/${id}/$meta-delete`, meta);
        assert.equal((out(removed, 'return') as JsonObject)['tag'], undefined);
        const { body } = await rest().expect(200, 'GET', `Patient/${id}/_history`);
        assert.equal(body['total'], 3);
        await rest().expect(405, 'GET', `Patient/${id}/$meta-add`);
      });

      it('[R150] $everything gives the compartment and what it refers to, paged, by type, by change, by time', async () => {
        const { id } = await rest().create(patient(unique()));
        const other = await rest().create(patient(unique()));
        const doctor = await rest().create({ resourceType: 'Practitioner' });
        const subject = { reference: `Patient/${id}` };
        const performer = [{ reference: `Practitioner/${doctor.id}` }];
        const old = await rest().create(observation({ subject, performer, effectiveDateTime: '2001-02-03' }));
        await pause(5); // changes of one millisecond are not told apart
        const since = new Date().toISOString();
        const fresh = await rest().create(observation({ subject, performer, effectiveDateTime: '2020-02-03' }));
        await rest().create(observation({ subject: { reference: `Patient/${other.id}` } }));
        const ids = ({ body }: Answer): (string | undefined)[] =>
          (asBundle(body).entry ?? []).map(({ resource }) => resource?.id).sort();
        const at = `Patient/${id}/$everything`;
        const whole = await rest().expect(200, 'GET', at);
        assert.equal(asBundle(whole.body).type, 'searchset');
        assert.deepEqual(ids(whole), [id, doctor.id, old.id, fresh.id].sort());
        assert.deepEqual(ids(await rest().expect(200, 'GET', `${at}?_type=Observation&_since=${since}`)), [fresh.id]);
        assert.deepEqual(ids(await rest().expect(200, 'GET', `${at}?_type=Observation&start=2019-01-01`)), [fresh.id]);
        const early = await rest().expect(200, 'GET', `${at}?_type=Observation&end=2010-01-01`);
        assert.deepEqual(ids(early), [old.id], 'of other types nothing, though it be referred to');
        const some = await rest().expect(200, 'GET', `${at}?_type=Observation,Practitioner&end=2010-01-01`);
        assert.deepEqual(ids(some), [doctor.id, old.id].sort());
        assert.deepEqual(ids(await rest().expect(200, 'GET', `${at}?_since=2001-02-03`)), ids(whole));
        const paged: (string | undefined)[] = [];
        for (let url: string | undefined = `${at}?_count=1`; url !== undefined;) {
          const page: Answer = await rest().expect(200, 'GET', url);
          const entries = asBundle(page.body).entry ?? [];
          assert.ok(entries.filter(({ search }) => search?.mode === 'match').length <= 1);
          paged.push(...entries.map(({ resource }) => resource?.id));
          url = next(page);
        }
        assert.deepEqual(paged.sort(), [id, doctor.id, old.id, fresh.id].sort(), 'each once, what came along too');
        const link = new URL(next(await rest().expect(200, 'GET', `${at}?_count=1`)) ?? '');
        await rest().expect(404, 'GET', `Patient/${other.id}/$everything${link.search}`);
        const part = await rest().expect(200, 'GET', `${at}?_elements=status`);
        for (const { resource } of asBundle(part.body).entry ?? []) {
          assert.ok(resource?.meta?.tag?.some(({ code }) => code === 'SUBSETTED'));
          assert.ok(resource && !('subject' in resource));
        }
        await rest().expect(404, 'GET', `Patient/${unique()}/$everything`);
        await rest().expect(400, 'GET', `${at}?_type=Patience`);
        await rest().expect(400, 'GET', `${at}?_since=yesterday`);
        await rest().expect(400, 'GET', `${at}?_count=0`);
      });

      it('[R150] $everything has what names the patient outside the compartment, and what the same person has elsewhere', async () => {
        const { id } = await rest().create(patient(unique()));
        const related = (type: string, to: string): JsonObject => ({ type, other: { reference: `Patient/${to}` } });
        const before = await rest().create(patient(unique()));
        const link = [related('seealso', id), related('replaces', before.id)];
        const asking = await rest().create(patient(unique(), { link }));
        const device = await rest().create({ resourceType: 'Device', patient: { reference: `Patient/${asking.id}` } });
        const subject = { reference: `Patient/${id}` };
        const coded = { class: { code: 'AMB' }, status: 'finished' };
        const visit = await rest().create({ resourceType: 'Encounter', ...coded, subject });
        const other = await rest().create(observation({ subject, encounter: { reference: `Encounter/${visit.id}` } }));
        await rest().create(observation({ subject: { reference: `Patient/${before.id}` } }));
        const ids = ({ body }: Answer): (string | undefined)[] =>
          (asBundle(body).entry ?? []).map(({ resource }) => resource?.id).sort();
        const whole = await rest().expect(200, 'GET', `Patient/${asking.id}/$everything`);
        assert.deepEqual(ids(whole), [asking.id, device.id, id, other.id, visit.id].sort());
        const back = await rest().expect(200, 'GET', `Patient/${id}/$everything`);
        assert.deepEqual(ids(back), [asking.id, id, other.id, visit.id].sort(), 'the link is followed one way');
        const paged: (string | undefined)[] = [];
        for (let url: string | undefined = `Patient/${id}/$everything?_count=1`; url !== undefined;) {
          const page: Answer = await rest().expect(200, 'GET', url);
          paged.push(...ids(page));
          url = next(page);
        }
        assert.deepEqual(paged.sort(), ids(back), 'a member that another refers to is told once');
      });

      it('[R152] $expand lists, filters and pages what is built in and what was posted', async () => {
        const url = 'http://hl7.org/fhir/ValueSet/administrative-gender';
        const codes = ({ body }: Answer): (string | undefined)[] =>
          ((body as unknown as ValueSet).expansion?.contains ?? []).map(({ code }) => code);
        const gender = await rest().expect(200, 'GET', `ValueSet/$expand?url=${url}`);
        assert.deepEqual(codes(gender).sort(), ['female', 'male', 'other', 'unknown']);
        assert.equal((gender.body as unknown as ValueSet).expansion?.total, 4);
        assert.deepEqual(codes(await rest().expect(200, 'GET', `ValueSet/$expand?url=${url}&filter=fem`)), ['female']);
        const two = await rest().expect(200, 'GET', `ValueSet/$expand?url=${url}&offset=1&count=2`);
        assert.deepEqual(codes(two), codes(gender).slice(1, 3));
        assert.deepEqual(
          codes(await rest().expect(200, 'GET', 'ValueSet/administrative-gender/$expand')),
          codes(gender),
        );
        const form = { 'content-type': 'application/x-www-form-urlencoded' };
        const posted = await rest().expect(200, 'POST', 'ValueSet/$expand?filter=fem', `url=${url}`, form);
        assert.deepEqual(codes(posted), ['female'], 'simple values may come as a form');
        await rest().expect(400, 'POST', 'ValueSet/$expand', `url=${url}&colour=x`, form);
        const own = `https://example.org/${unique()}`;
        const compose = {
          include: [{ system: 'urn:example:own', concept: [{ code: 'a', display: 'A' }, { code: 'b' }] }],
        };
        const made = await rest().create({ resourceType: 'ValueSet', status: 'active', url: own, compose });
        assert.deepEqual(codes(await rest().expect(200, 'GET', `ValueSet/$expand?url=${own}`)), ['a', 'b']);
        assert.deepEqual(codes(await rest().expect(200, 'GET', `ValueSet/${made.id}/$expand`)), ['a', 'b']);
        const sent = parameters({ name: 'valueSet', resource: { resourceType: 'ValueSet', status: 'draft', compose } });
        assert.deepEqual(
          codes(await rest().expect(200, 'POST', 'ValueSet/$expand', sent)),
          ['a', 'b'],
          'without a URL',
        );
        await rest().expect(404, 'GET', 'ValueSet/$expand?url=urn:nobody:knows');
        await rest().expect(400, 'GET', 'ValueSet/$expand');
        await rest().expect(400, 'GET', `ValueSet/$expand?url=${url}&count=-1`);
      });

      it('[R152] $validate-code and $lookup know built-in and posted codes', async () => {
        const url = 'http://hl7.org/fhir/ValueSet/administrative-gender';
        const system = 'http://hl7.org/fhir/administrative-gender';
        const judge = async (query: string): Promise<unknown> =>
          out(await rest().expect(200, 'GET', `ValueSet/$validate-code?${query}`), 'result');
        assert.equal(await judge(`url=${url}&system=${system}&code=male`), true);
        assert.equal(await judge(`url=${url}&system=${system}&code=man`), false);
        const coding = { name: 'coding', valueCoding: { system, code: 'female' } };
        const posted = parameters({ name: 'url', valueUri: url }, coding);
        assert.equal(out(await rest().expect(200, 'POST', 'ValueSet/$validate-code', posted), 'result'), true);
        const compose = { include: [{ system, concept: [{ code: 'female' }] }] };
        const sent = { name: 'valueSet', resource: { resourceType: 'ValueSet', status: 'draft', compose } };
        const among = await rest().expect(200, 'POST', 'ValueSet/$validate-code', parameters(sent, coding));
        assert.equal(out(among, 'result'), true, 'a value set that was sent needs no URL');
        const found = await rest().expect(200, 'GET', `CodeSystem/$lookup?system=${system}&code=male`);
        assert.equal(out(found, 'display'), 'Male');
        await rest().expect(404, 'GET', `CodeSystem/$lookup?system=${system}&code=man`);
        await rest().expect(400, 'GET', `CodeSystem/$lookup?code=male`);
        for (const [at, name] of [
          [`ValueSet/$expand?url=${url}`, 'valueSetVersion'],
          [`ValueSet/$validate-code?system=${system}&code=male&url=${url}`, 'valueSetVersion'],
          [`CodeSystem/$validate-code?code=male&url=${system}`, 'version'],
          [`CodeSystem/$lookup?code=male&system=${system}`, 'version'],
        ]) {
          await rest().expect(200, 'GET', `${at}%7C4.0.1&${name}=4.0.1`);
          await rest().expect(404, 'GET', `${at}%7C3.0.1`);
          await rest().expect(404, 'GET', `${at}&${name}=3.0.1`);
        }
        const own = `https://example.org/${unique()}`;
        const concept = [{ code: 'a', display: 'An A', concept: [{ code: 'b', display: 'A B' }] }];
        await rest().create({ resourceType: 'CodeSystem', url: own, status: 'active', content: 'complete', concept });
        assert.equal(out(await rest().expect(200, 'GET', `CodeSystem/$lookup?system=${own}&code=b`), 'display'), 'A B');
        const inOwn = await rest().expect(200, 'GET', `CodeSystem/$validate-code?url=${own}&code=c`);
        assert.equal(out(inOwn, 'result'), false);
      });

      it('[PKB-4] definitions are served at their canonical URLs and by id; what was posted goes first', async () => {
        for (const [type, url, id] of [
          ['StructureDefinition', 'http://hl7.org/fhir/StructureDefinition/Patient', 'Patient'],
          ['ValueSet', 'http://hl7.org/fhir/ValueSet/administrative-gender', 'administrative-gender'],
          ['CodeSystem', 'http://hl7.org/fhir/administrative-gender', 'administrative-gender'],
          ['SearchParameter', 'http://hl7.org/fhir/SearchParameter/individual-birthdate', 'individual-birthdate'],
          ['OperationDefinition', 'http://hl7.org/fhir/OperationDefinition/ValueSet-expand', 'ValueSet-expand'],
          ['OperationDefinition', 'https://portico.health/fhir/OperationDefinition/Patient-invite', undefined],
          ['CompartmentDefinition', 'http://hl7.org/fhir/CompartmentDefinition/patient', 'patient'],
        ] as const) {
          const { body } = await rest().expect(200, 'GET', `${type}?url=${encodeURIComponent(url)}`);
          const [entry, ...more] = asBundle(body).entry ?? [];
          assert.deepEqual(
            [entry?.resource?.resourceType, (entry?.resource as { url?: string }).url, more.length],
            [type, url, 0],
          );
          assert.equal(body['total'], 1);
          if (id === undefined) continue;
          const read = await rest().expect(200, 'GET', `${type}/${id}`);
          assert.equal(read.body['url'], url);
        }
        const gender = 'http%3A%2F%2Fhl7.org%2Ffhir%2FValueSet%2Fadministrative-gender';
        assert.equal(await rest().count('ValueSet', `url=${gender}%7C4.0.1`), 1);
        assert.equal(await rest().count('ValueSet', `url=${gender}%7C3.0.1`), 0);
        assert.equal(await rest().count('ValueSet', `url=${gender}&status=draft`), 0);
        await rest().expect(404, 'GET', 'StructureDefinition/Patience');
        await rest().expect(404, 'GET', 'Patient/Patient');
        const own = { resourceType: 'ValueSet', id: 'request-intent', status: 'active', name: 'Own' };
        await rest().expect(201, 'PUT', 'ValueSet/request-intent', own);
        assert.equal((await rest().expect(200, 'GET', 'ValueSet/request-intent')).body['name'], 'Own');
        await rest().expect(204, 'DELETE', 'ValueSet/request-intent');
        await rest().expect(410, 'GET', 'ValueSet/request-intent');
      });
    },
    { only: 'customer' },
  );

  eachRest(rest => {
    it('[R120] [R121] each base says what its authorization server can do for its clients, and no more', async () => {
      const ask = { accept: 'application/json', origin: 'https://app.example.org' };
      const { text, headers } = await rest()
        .as('')
        .expect(200, 'GET', '.well-known/smart-configuration', undefined, ask);
      assert.equal(headers.get('access-control-allow-origin'), '*');
      assert.equal(headers.get('content-type'), 'application/json');
      const configuration = JSON.parse(text) as Record<string, unknown>;
      const { url } = rest().server;
      const portal = rest().base.includes('/portal');
      assert.equal(configuration['token_endpoint'], `${url}/oauth/token`);
      assert.equal(configuration['authorization_endpoint'], portal ? `${url}/oauth/authorize` : undefined);
      assert.equal(configuration['issuer'], portal ? `${url}/oauth` : undefined);
      assert.deepEqual(configuration['code_challenge_methods_supported'], ['S256']);
      const grants = configuration['grant_types_supported'] as string[];
      assert.deepEqual([grants.includes('authorization_code'), grants.includes('client_credentials')], [portal, true]);
      const capabilities = configuration['capabilities'] as string[];
      assert.deepEqual(
        ['permission-v1', 'permission-v2', 'launch-ehr', 'launch-standalone'].map(one => capabilities.includes(one)),
        [true, true, portal, portal],
      );
      const scopes = configuration['scopes_supported'] as string[];
      assert.ok(scopes.includes('system/*.cruds'));
      assert.equal(scopes.includes('patient/*.rs'), portal);
      await rest().as('').expect(404, 'GET', '.well-known/openid-configuration');
    });
  });
});
