/** transaction. https://hl7.org/fhir/R4/http.html#transaction */
import assert from 'node:assert/strict';
import type { Observation } from 'fhir/r4.js';
import type { Resource } from '../../src/fhir/resource.js';
import { asBundle, eachRest, observation, outcome, patient, statuses, unique } from './rest.js';
import { entries, jsonPatch, named, post, urn, versions } from './transacting.js';

describe('transaction', () => {
  eachRest(rest => {
    it('[R51] answers a transaction-response with status, location, etag and lastModified of each entry', async () => {
      const { id } = await rest().create(patient(unique()));
      const changed = patient(unique(), { id });
      const answer = await rest().bundle('transaction', [
        post(patient(unique())),
        { resource: changed, request: { method: 'PUT', url: `Patient/${id}`, ifMatch: 'W/"1"' } },
      ]);
      assert.equal(asBundle(answer.body).type, 'transaction-response');
      assert.deepEqual(statuses(answer), ['201', '200']);
      const [made, updated] = entries(answer);
      assert.match(made?.response?.location ?? '', /\/Patient\/[^/]+\/_history\/1$/);
      assert.deepEqual([made?.response?.etag, updated?.response?.etag], ['W/"1"', 'W/"2"']);
      assert.ok(Date.parse(made?.response?.lastModified ?? '') > 0);
      assert.deepEqual(rest().server.app.parts.validator.validate(answer.body).filter(isError), []);
    });

    it('[R51] one entry that fails and nothing is done; the outcome names the entry', async () => {
      const family = unique();
      const { id } = await rest().create(patient(family));
      const before = await versions(rest());
      const refused: [status: number, entry: object, expression: RegExp][] = [
        [422, post({ resourceType: 'Patient', gender: 'x' }), /^Bundle\.entry\[1\]\.resource\.gender$/],
        [400, post({ resourceType: 'Patient', gendre: 'x' }), /^Bundle\.entry\[1\]/],
        [400, post(patient(unique()), { url: 'Observation' }), /^Bundle\.entry\[1\]/],
        [404, { request: { method: 'PATCH', url: 'Patient/absent' }, resource: jsonPatch() }, /^Bundle\.entry\[1\]/],
        [
          412,
          { resource: patient(family, { id }), request: { method: 'PUT', url: `Patient/${id}`, ifMatch: 'W/"9"' } },
          /^Bundle\.entry\[1\]/,
        ],
        [404, { request: { method: 'GET', url: 'Patience' } }, /^Bundle\.entry\[1\]/],
        [400, { request: { method: 'PUT', url: 'https://elsewhere.example.org/Patient/1' } }, /^Bundle\.entry\[1\]/],
        [400, { fullUrl: urn() }, /^Bundle\.entry\[1\]/],
        [400, post(patient(unique()), { ifNoneExist: 'unknown=1' }), /^Bundle\.entry\[1\]/],
      ];
      for (const [status, entry, expression] of refused) {
        const answer = await rest().bundle('transaction', [post(patient(unique())), entry], status);
        assert.match(outcome(answer.body).issue[0]?.expression?.[0] ?? '', expression, answer.text);
        assert.equal(await versions(rest()), before, JSON.stringify(entry));
      }
    });

    it('[R52] urn:uuid references are rewritten everywhere, forward ones and circles too', async () => {
      const [one, two, three] = [urn(), urn(), urn()];
      const canonical = `"valueCanonical":"${one}"`;
      const div = `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${one}">the patient</a></div>`;
      const answer = await rest().bundle('transaction', [
        post(
          observation({
            text: { status: 'additional', div },
            subject: { reference: one },
            performer: [{ reference: three }, { reference: one }],
            contained: [
              {
                resourceType: 'Observation',
                id: 'c',
                status: 'final',
                code: { text: 'x' },
                subject: { reference: one },
              },
            ],
            hasMember: [{ reference: '#c' }],
            extension: [
              { url: 'urn:example:ref', valueReference: { reference: one } },
              { url: 'urn:example:uri', valueUri: one },
              { url: 'urn:example:canonical', valueCanonical: one },
            ],
          }),
        ),
        post(patient(unique(), { link: [{ other: { reference: two }, type: 'seealso' }] }), {}, one),
        post(patient(unique(), { link: [{ other: { reference: one }, type: 'seealso' }] }), {}, two),
        post({ resourceType: 'Organization', name: unique() }, {}, three),
      ]);
      assert.deepEqual(statuses(answer), ['201', '201', '201', '201']);
      const [observed, first, second, organization] = entries(answer).map(named);
      const { body, text } = await rest().expect(200, 'GET', observed ?? '');
      assert.ok(!text.replace(canonical, '').includes('urn:uuid:'), text);
      const stored = body as unknown as Observation;
      assert.equal(stored.subject?.reference, first);
      assert.deepEqual(stored.performer, [{ reference: organization }, { reference: first }]);
      assert.equal((stored.contained?.[0] as Observation).subject?.reference, first);
      assert.deepEqual(stored.hasMember, [{ reference: '#c' }]);
      assert.deepEqual(stored.extension, [
        { url: 'urn:example:ref', valueReference: { reference: first } },
        { url: 'urn:example:uri', valueUri: first },
        { url: 'urn:example:canonical', valueCanonical: one },
      ]);
      assert.ok(stored.text?.div.includes(`href="${first}"`));
      const back = await rest().expect(200, 'GET', second ?? '');
      assert.deepEqual(back.body['link'], [{ other: { reference: first }, type: 'seealso' }]);
    });

    it('[R52] relative references are relative to the fullUrl of their entry', async () => {
      const there = 'https://elsewhere.example.org/fhir';
      const reference = 'Patient/placeholder';
      const answer = await rest().bundle('transaction', [
        post(patient(unique()), {}, `${there}/${reference}`),
        post(observation({ subject: { reference } }), {}, `${there}/Observation/another`),
      ]);
      const [made, observed] = entries(answer).map(named);
      const { body } = await rest().expect(200, 'GET', observed ?? '');
      assert.deepEqual(body['subject'], { reference: made });
    });

    it('[R52] references to fullUrls of conditional entries lead to what they matched or made', async () => {
      const [there, fresh, changed] = [unique(), unique(), unique()];
      const known = await rest().create(patient(there));
      const updated = await rest().create(patient(changed));
      const [one, two, three] = [urn(), urn(), urn()];
      const answer = await rest().bundle('transaction', [
        post(observation({ subject: { reference: one } })),
        post(observation({ subject: { reference: two } })),
        post(observation({ subject: { reference: three } })),
        post(patient(there), { ifNoneExist: `identifier=urn:example|${there}` }, one),
        post(patient(fresh), { ifNoneExist: `identifier=urn:example|${fresh}` }, two),
        {
          fullUrl: three,
          resource: patient(changed, { active: true }),
          request: { method: 'PUT', url: `Patient?identifier=urn:example|${changed}` },
        },
      ]);
      assert.deepEqual(statuses(answer), ['201', '201', '201', '200', '201', '200']);
      const references = [];
      for (const entry of entries(answer).slice(0, 3)) {
        const { body } = await rest().expect(200, 'GET', named(entry));
        references.push((body as unknown as Observation).subject?.reference);
      }
      assert.deepEqual(references, [`Patient/${known.id}`, named(entries(answer)[4]), `Patient/${updated.id}`]);
    });

    it('[R52] references to versions stay such, whatever the client called them', async () => {
      const [one, two] = [urn(), 'https://elsewhere.example.org/fhir/Patient/p'];
      const answer = await rest().bundle('transaction', [
        post(
          observation({ subject: { reference: `${one}/_history/7` }, performer: [{ reference: `${two}/_history/8` }] }),
        ),
        post(patient(unique()), {}, one),
        post(patient(unique()), {}, two),
      ]);
      const [observed, first, second] = entries(answer).map(named);
      const { body } = await rest().expect(200, 'GET', observed ?? '');
      assert.deepEqual(
        [body['subject'], body['performer']],
        [{ reference: `${first ?? ''}/_history/1` }, [{ reference: `${second ?? ''}/_history/1` }]],
      );
    });

    it('[R53] [R57] conditional references see what the transaction makes, changes and deletes', async () => {
      const [fresh, old, removed] = [unique(), unique(), unique()];
      const changed = await rest().create(patient(old));
      const gone = await rest().create(patient(removed));
      const reference = (family: string) => ({ reference: `Patient?identifier=urn:example|${family}` });
      const write = {
        resource: patient(removed, { id: changed.id }),
        request: { method: 'PUT', url: `Patient/${changed.id}` },
      };
      const removal = { request: { method: 'DELETE', url: `Patient/${gone.id}` } };
      const answer = await rest().bundle('transaction', [
        post(observation({ subject: reference(fresh) })),
        post(observation({ subject: reference(removed) })),
        post(patient(fresh)),
        write,
        removal,
      ]);
      const [first, second, made] = entries(answer).map(named);
      const subject = async (path = '') => (await rest().expect(200, 'GET', path)).body['subject'];
      assert.deepEqual(await subject(first), { reference: made });
      assert.deepEqual(await subject(second), { reference: `Patient/${changed.id}` });
      const twins = [post(patient(fresh)), post(observation({ subject: reference(fresh) }))];
      await rest().bundle('transaction', twins, 412);
      await rest().bundle('transaction', [post(observation({ subject: reference(old) }))], 412);
    });

    it('[R53] conditional references are resolved; none or many fail the whole', async () => {
      const [family, twice] = [unique(), unique()];
      const known = await rest().create(patient(family));
      await rest().create(patient(twice));
      await rest().create(patient(twice));
      const about = (value: string): Resource =>
        observation({ subject: { reference: `Patient?identifier=urn:example|${value}` } });
      const answer = await rest().bundle('transaction', [post(about(family))]);
      const stored = await rest().expect(200, 'GET', named(entries(answer)[0]));
      assert.deepEqual(stored.body['subject'], { reference: `Patient/${known.id}` });
      const before = await versions(rest());
      for (const value of [twice, unique()]) {
        const refused = await rest().bundle('transaction', [post(patient(unique())), post(about(value))], 412);
        assert.match(outcome(refused.body).issue[0]?.expression?.[0] ?? '', /^Bundle\.entry\[1\]/);
      }
      assert.equal(await versions(rest()), before);
    });

    it('[R54] the same resource or fullUrl twice is 400; references to other servers stay', async () => {
      const { id } = await rest().create(patient(unique()));
      const put = { resource: patient(unique(), { id }), request: { method: 'PUT', url: `Patient/${id}` } };
      await rest().bundle('transaction', [put, put], 400);
      await rest().bundle('transaction', [put, { request: { method: 'DELETE', url: `Patient/${id}` } }], 400);
      const same = urn();
      await rest().bundle('transaction', [post(patient('a'), {}, same), post(patient('b'), {}, same)], 400);
      const read = await rest().expect(200, 'GET', `Patient/${id}`);
      assert.equal(read.body.meta?.versionId, '1');
      const subject = { reference: 'https://elsewhere.example.org/fhir/Patient/1' };
      const answer = await rest().bundle('transaction', [post(observation({ subject }))]);
      const stored = await rest().expect(200, 'GET', named(entries(answer)[0]));
      assert.deepEqual(stored.body['subject'], subject);
    });

    it('[R54] a urn:uuid that no entry has is refused', async () => {
      const answer = await rest().bundle('transaction', [post(observation({ subject: { reference: urn() } }))], 400);
      assert.match(outcome(answer.body).issue[0]?.expression?.[0] ?? '', /^Bundle\.entry\[0\]/);
    });

    it('[R55] the same transaction twice makes its resources once', async () => {
      const [family, name, one] = [unique(), unique(), urn()];
      const criteria = `identifier=urn:example|${family}`;
      const bundle = [
        post(patient(family), { ifNoneExist: criteria }, one),
        {
          fullUrl: urn(),
          resource: { resourceType: 'Organization', identifier: [{ value: name }], name },
          request: { method: 'PUT', url: `Organization?identifier=${name}` },
        },
      ];
      assert.deepEqual(statuses(await rest().bundle('transaction', bundle)), ['201', '201']);
      assert.deepEqual(statuses(await rest().bundle('transaction', bundle)), ['200', '200']);
      assert.equal(await rest().count('Patient', criteria), 1);
      assert.equal(await rest().count('Organization', `name=${name}`), 1);
    });

    it('[R56] a Bundle without type, of another type, and what is no Bundle are 400', async () => {
      await rest().expect(400, 'POST', '', { resourceType: 'Bundle', entry: [post(patient('a'))] });
      await rest().expect(400, 'POST', '', { resourceType: 'Bundle', type: 'searchset', entry: [] });
      await rest().expect(400, 'POST', '', { resourceType: 'Parameters' });
    });

    it('[R57] DELETE goes first, then POST, PUT and PATCH, and reads see it all; answers keep the order sent', async () => {
      const family = unique();
      const old = await rest().create(patient(family));
      const kept = await rest().create(patient(unique()));
      const answer = await rest().bundle('transaction', [
        { request: { method: 'GET', url: `Patient?family=${family}` } },
        { request: { method: 'GET', url: `Patient/${kept.id}` } },
        { resource: jsonPatch(), request: { method: 'PATCH', url: `Patient/${kept.id}` } },
        post(patient(family)),
        { request: { method: 'DELETE', url: `Patient/${old.id}` } },
      ]);
      assert.deepEqual(statuses(answer), ['200', '200', '200', '201', '204']);
      const [found, read, , made] = entries(answer);
      const matches = asBundle(found?.resource as unknown as Resource);
      assert.deepEqual(
        matches.entry?.map(({ resource }) => `Patient/${resource?.id}`),
        [named(made)],
      );
      assert.equal((read?.resource as { active?: boolean } | undefined)?.active, true);
    });

    it('[R54] an update whose condition matches what another entry deletes is refused, and so is one condition twice', async () => {
      const family = unique();
      const { id } = await rest().create(patient(family));
      const deletion = { request: { method: 'DELETE', url: `Patient/${id}` } };
      const url = `Patient?identifier=urn:example|${family}`;
      for (const [method, resource] of [
        ['PUT', patient(family)],
        ['PATCH', jsonPatch()],
      ]) {
        await rest().bundle('transaction', [{ resource, request: { method, url } }, deletion], 400);
      }
      const fresh = { ifNoneExist: `identifier=urn:example|${unique()}` };
      await rest().bundle('transaction', [post(patient('a'), fresh), post(patient('b'), fresh)], 400);
      await rest().expect(200, 'GET', `Patient/${id}`);
    });

    it('[R53] says which conditional reference matches nothing, and in which element', async () => {
      const reference = `Patient?identifier=urn:example|${unique()}`;
      const performer = [{ display: 'somebody' }, { reference }];
      const refused = await rest().bundle('transaction', [post(patient('a')), post(observation({ performer }))], 412);
      const [issue] = outcome(refused.body).issue;
      assert.deepEqual(issue?.expression, ['Bundle.entry[1].resource.performer[1].reference']);
      assert.ok(issue.diagnostics?.includes(reference), refused.text);
    });

    it('lets others be answered between its entries, however many there are', async () => {
      const { writing } = rest().server.app.parts;
      const { write } = writing;
      let inOneTurn = 0;
      let most = 0;
      const counted: typeof write = (...args) => {
        if (inOneTurn++ === 0) setImmediate(() => (inOneTurn = 0));
        most = Math.max(most, inOneTurn);
        return write(...args);
      };
      Object.assign(writing, { write: counted });
      try {
        const entry = Array.from({ length: 40 }, () => post(patient(unique())));
        assert.deepEqual(new Set(statuses(await rest().bundle('transaction', entry))), new Set(['201']));
      } finally {
        Object.assign(writing, { write });
      }
      assert.ok(most > 0 && most <= 20, `${most} resources in one turn of the event loop`);
    });

    it('[R54] asks the store for each condition once, however large the transaction', async () => {
      const { store } = rest().server.app;
      const { search } = store;
      let searches = 0;
      Object.assign(store, { search: (...args: Parameters<typeof search>) => (searches++, search(...args)) });
      try {
        const entry = Array.from({ length: 5 }, (_, i) => {
          const family = unique();
          const condition = `identifier=urn:example|${family}`;
          return i < 3
            ? post(patient(family), { ifNoneExist: condition })
            : { resource: patient(family), request: { method: 'PUT', url: `Patient?${condition}` } };
        });
        const answer = await rest().bundle('transaction', entry);
        assert.deepEqual(statuses(answer), ['201', '201', '201', '201', '201']);
      } finally {
        Object.assign(store, { search });
      }
      assert.equal(searches, 5);
    });

    it('[R40] Prefer: return=minimal leaves the resources out', async () => {
      const answer = await rest().bundle('transaction', [post(patient(unique()))], 200, { prefer: 'return=minimal' });
      assert.equal(entries(answer)[0]?.resource, undefined);
      assert.deepEqual(statuses(answer), ['201']);
    });

    it('[R58] without a token 401, and nothing is done', async () => {
      const before = await versions(rest());
      const bundle = { resourceType: 'Bundle', type: 'transaction', entry: [post(patient(unique()))] };
      await rest().as('').expect(401, 'POST', '', bundle);
      assert.equal(await versions(rest()), before);
    });
  });

  eachRest(
    rest => {
      it('[R58] one entry that the scopes do not allow: 403, naming it, and nothing is done', async () => {
        const before = await versions(rest());
        const other = post({ resourceType: 'Basic', code: { text: 'x' } });
        const answer = await rest()
          .as('demo-ehr')
          .bundle('transaction', [post(patient(unique())), other], 403);
        assert.match(outcome(answer.body).issue[0]?.expression?.[0] ?? '', /^Bundle\.entry\[1\]/);
        assert.equal(await versions(rest()), before);
      });
    },
    { only: 'portal' },
  );

  eachRest(
    rest => {
      it('[R36] an update with a chosen id, and references by Type/id between the entries', async () => {
        const id = unique();
        const answer = await rest().bundle('transaction', [
          {
            resource: { ...observation({ subject: { reference: `Patient/${id}` } }), id },
            request: { method: 'PUT', url: `Observation/${id}` },
          },
          { resource: { ...patient(id), id }, request: { method: 'PUT', url: `Patient/${id}` } },
        ]);
        assert.deepEqual(statuses(answer), ['201', '201']);
        assert.equal(await rest().count('Observation', `patient=${id}`), 1);
      });
    },
    { only: 'customer' },
  );
});

const isError = ({ severity }: { severity: string }): boolean => severity === 'error';
