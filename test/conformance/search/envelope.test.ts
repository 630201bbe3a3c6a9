/** What a search's answer holds, and what is refused. https://hl7.org/fhir/R4/search.html#return */
import assert from 'node:assert/strict';
import type { OperationOutcome, Patient } from 'fhir/r4.js';
import { eachCustomer, refuses, resource } from './customer.js';

const resources = [
  ...['a', 'b', 'c'].map(id =>
    resource('Patient', id, {
      name: [{ family: `Test ${id}` }],
      gender: id === 'a' ? 'male' : 'female',
      text: narrative(id),
      ...(id === 'c' ? { link: [{ other: { reference: 'Patient/b' }, type: 'seealso' }] } : {}),
    }),
  ),
  resource('Observation', 'o', { status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/a' } }),
  resource('Encounter', 'e', { status: 'finished', class: { code: 'AMB' }, subject: { reference: 'Patient/a' } }),
  resource('Organization', 'org', { name: 'Test' }),
];

function narrative(id: string) {
  return { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">Somebody ${id}</div>` };
}

const strict = { prefer: 'handling=strict' };
const lenient = { prefer: 'handling=lenient' };

describe('searchset envelope', () => {
  eachCustomer(resources, customer => {
    it('[R60] is a searchset with total, self, full URLs and modes', async () => {
      const { bundle, self, total } = await customer().search(
        'Observation?subject=Patient/a&_include=Observation:subject',
      );
      assert.equal(bundle.type, 'searchset');
      assert.equal(total, 1);
      assert.equal(self, `${customer().base}/Observation?subject=Patient%2Fa&_include=Observation%3Asubject`);
      assert.deepEqual(
        bundle.entry?.map(({ fullUrl, search }) => [fullUrl, search?.mode]),
        [
          [`${customer().base}/Observation/o`, 'match'],
          [`${customer().base}/Patient/a`, 'include'],
        ],
      );
    });

    it('[R60] leaves the total out where asked', async () => {
      assert.equal((await customer().search('Patient?_total=none')).total, undefined);
      assert.equal((await customer().search('Patient?_total=accurate')).total, 3);
      assert.equal((await customer().search('Patient?_total=estimate')).total, 3);
    });

    it('[R60] finds nothing with an empty bundle', async () => {
      const { bundle, total } = await customer().search('Patient?name=nobody');
      assert.equal(total, 0);
      assert.equal(bundle.entry, undefined);
    });

    it('[R62] respects _count', async () => {
      const { ids, total, next } = await customer().search('Patient?_count=2');
      assert.equal(ids.length, 2);
      assert.equal(total, 3);
      assert.ok(next?.startsWith(`${customer().base}/Patient?`));
    });

    it('[R62] [F11] lowers an excessive _count, says so, and shows it in the self link', async () => {
      const { ids, warnings, self } = await customer().search('Patient?_count=1000000000');
      assert.equal(ids.length, 3);
      assert.equal(warnings[0]?.severity, 'warning');
      assert.ok(self.endsWith('/Patient?_count=1000'), self);
    });

    for (const query of ['_count=0', '_summary=count', '_summary=count&_count=5']) {
      it(`[R62] gives the total alone: ${query}`, async () => {
        const { bundle, total } = await customer().search(`Patient?gender=female&${query}`);
        assert.equal(total, 2);
        assert.equal(bundle.entry, undefined);
      });
    }

    refuses(customer, 'R62', [
      ['a negative _count', 'Patient?_count=-1', 'value'],
      ['a _count that is no number', 'Patient?_count=x', 'value'],
      ['an exponent', 'Patient?_count=1e3', 'value'],
      ['a fraction', 'Patient?_count=1.5', 'value'],
      ['two of them', 'Patient?_count=1&_count=2', 'value'],
      ['an unknown _summary', 'Patient?_summary=some', 'value'],
      ['an unknown _total', 'Patient?_total=maybe', 'value'],
    ]);

    it('[R63] POST finds what GET finds, and repeats the parameters', async () => {
      const got = await customer().search('Patient?gender=female&_sort=_id');
      const posted = await customer().post('Patient/_search', 'gender=female&_sort=_id');
      assert.deepEqual(posted.ids, got.ids);
      assert.equal(posted.total, got.total);
      assert.equal(posted.self, got.self);
    });

    it('[R63] [B14] form and URL parameters apply together', async () => {
      const { ids, self } = await customer().post('Patient/_search?gender=female', 'name=test%20b');
      assert.deepEqual(ids, ['b']);
      assert.equal(self, `${customer().base}/Patient?gender=female&name=test%20b`);
      assert.deepEqual((await customer().post('Patient/_search?gender=male', 'gender=female')).ids, []);
    });

    it('[R63] POST without a body, to the system, to a compartment', async () => {
      assert.equal((await customer().post('Patient/_search', '')).total, 3);
      assert.equal((await customer().post('_search', '_type=Patient,Organization&_id=a,org')).total, 2);
      assert.deepEqual((await customer().post('Patient/a/Observation/_search', 'status=final')).ids, ['o']);
    });

    it('[R63] refuses a body that is no form', async () => {
      const { status } = await customer().call('POST', 'Patient/_search', { resourceType: 'Patient' });
      assert.equal(status, 415);
    });

    refuses(customer, 'R64', [
      ['an unknown parameter', 'Patient?pateint=1', 'not-supported'],
      ['a parameter of another type', 'Patient?code=1', 'not-supported'],
      ['an unknown result parameter', 'Patient?_offset=10000', 'not-supported'],
      ['an unknown modifier', 'Patient?gender:like=x', 'not-supported'],
      ['an operator in brackets', 'Patient?name[$ne]=x', 'not-supported'],
      ['a list in brackets', 'Patient?name[]=x', 'not-supported'],
      ['a name of the language', 'Patient?__proto__=x', 'not-supported'],
      ['another', 'Patient?constructor=x', 'not-supported'],
      ['a parameter without a name', 'Patient?=x', 'value'],
    ]);

    it('[R64] leaves an unknown parameter out where handling is lenient, with a warning', async () => {
      const { ids, self, warnings, bundle } = await customer().search('Patient?pateint=1&gender=male', lenient);
      assert.ok(
        bundle.entry?.every(({ fullUrl }) => fullUrl !== undefined),
        'the outcome has one too',
      );
      assert.deepEqual(ids, ['a']);
      assert.equal(self, `${customer().base}/Patient?gender=male`);
      assert.deepEqual(
        warnings.map(({ severity, code }) => [severity, code]),
        [['warning', 'not-supported']],
      );
      assert.equal(bundle.total, 1);
      const posted = await customer().call('POST', 'Patient/_search', 'entry%3A%5B%7B=&gender=male', {
        'content-type': 'application/x-www-form-urlencoded',
        ...lenient,
      });
      assert.equal(posted.status, 200, 'nothing is wrong with an empty value that is left out');
    });

    it('[R64] strict handling refuses; an unknown handling is no handling', async () => {
      await customer().refused('Patient?pateint=1', 400, 'not-supported', strict);
      const other = { prefer: 'handling=other' };
      assert.equal((await customer().call('GET', 'Patient?gender=male', undefined, other)).status, 200);
      await customer().refused('Patient?pateint=1', 400, 'not-supported', other);
    });

    it('[R64] [R65] lenient or not, a bad value is refused', async () => {
      await customer().refused('Patient?birthdate=05', 400, 'value', lenient);
      await customer().refused('Patient?_count=-1', 400, 'value', lenient);
    });

    it('[R69] leaves an unknown sort out where handling is lenient', async () => {
      await customer().refused('Patient?_sort=nothing', 400, 'not-supported');
      const { ids, warnings, self } = await customer().search('Patient?_sort=nothing', lenient);
      assert.equal(ids.length, 3);
      assert.equal(warnings.length, 1);
      assert.equal(self, `${customer().base}/Patient`);
    });

    it('[R65] refuses a page link that is none or was changed', async () => {
      await customer().refused('Patient?_page=abc', 404);
      const { next } = await customer().search('Patient?_count=1');
      const last = next!.at(-2) === 'A' ? 'B' : 'A';
      await customer().refused(next!.slice(0, -2) + last + next!.slice(-1), 404);
      await customer().refused(`${next!}&gender=male`, 404);
      await customer().refused(next!.replace('/Patient?', '/Observation?'), 404);
    });

    it('[R67] searches several types by common parameters', async () => {
      const { bundle, self } = await customer().search('?_type=Patient,Observation&_id=a,o,org');
      assert.deepEqual(bundle.entry?.map(({ fullUrl }) => fullUrl?.slice(customer().base.length + 1)).sort(), [
        'Observation/o',
        'Patient/a',
      ]);
      assert.equal(self, `${customer().base}?_type=Patient%2CObservation&_id=a%2Co%2Corg`);
    });

    it('[R67] searches all types where none is named', async () => {
      const { total } = await customer().search('?_id=a,o,org,e');
      assert.equal(total, 4);
      assert.equal((await customer().search('?_lastUpdated=gt2000&_type=Patient')).total, 3);
    });

    it('[R67] [R71] _text of all types, though some have no narrative', async () => {
      assert.equal((await customer().search('?_text=somebody')).total, 3);
      assert.equal((await customer().search('?_text=somebody&_type=Binary,Patient')).total, 3);
      await customer().refused('?_text=somebody&_type=Binary', 400, 'not-supported');
    });

    it('[R67] a parameter that both types have', async () => {
      const { bundle } = await customer().search('?_type=Observation,Encounter&patient=a');
      assert.equal(bundle.total, 2);
      await customer().refused('?_type=Observation,Patient&patient=a', 400, 'not-supported');
    });

    it('[R67] an unknown type is refused, or left out with a warning; an empty _type is refused', async () => {
      await customer().refused('?_type=Patient,Nothing', 400);
      const { warnings, total, self } = await customer().search('?_type=Patient,Nothing', lenient);
      assert.equal(total, 3);
      assert.equal(warnings.length, 1);
      assert.equal(self, `${customer().base}?_type=Patient`);
      await customer().refused('?_type=', 400, 'value');
      await customer().refused('?_type=Nothing', 400, undefined, lenient);
      await customer().refused('Patient?_type=Patient', 400, 'not-supported');
    });

    it('[R68] searches a compartment, one type or all', async () => {
      assert.deepEqual(await customer().ids('Patient/a/Observation'), ['o']);
      assert.deepEqual(await customer().ids('Patient/a/Observation?status=final&_count=5'), ['o']);
      assert.deepEqual(await customer().ids('Patient/a/Observation?status=amended'), []);
      assert.deepEqual(await customer().ids('Patient/b/Observation'), []);
      assert.deepEqual(await customer().ids('Patient/a/*'), ['a', 'e', 'o']);
      assert.deepEqual(await customer().ids('Patient/a/*?_type=Encounter'), ['e']);
      assert.deepEqual((await customer().search('Patient/a/Observation?_include=*')).included, ['Patient/a']);
      const pages = await customer().pages('Patient/a/*?_count=1');
      assert.deepEqual(pages.flatMap(({ ids }) => ids).sort(), ['a', 'e', 'o']);
      assert.ok(pages[0]!.self.startsWith(`${customer().base}/Patient/a/`), pages[0]!.self);
    });

    it('[R68] holds what it is about, and those of its type that link to it', async () => {
      assert.deepEqual(await customer().ids('Patient/b/Patient'), ['b', 'c']);
      assert.deepEqual(await customer().ids('Patient/b/*'), ['b', 'c']);
      assert.deepEqual(await customer().ids('Patient/c/Patient'), ['c']);
      assert.deepEqual(await customer().ids('Encounter/e/Encounter'), ['e']);
    });

    it('[R68] no compartment of somebody absent, of no such kind, of types that are not in it', async () => {
      await customer().refused('Patient/absent/Observation', 404);
      await customer().refused('Organization/org/Observation', 404);
      assert.deepEqual(await customer().ids('Patient/a/Organization'), []);
    });

    it('[R23] shows summaries and elements of matches', async () => {
      const first = async (query: string): Promise<Patient> => {
        const { bundle } = await customer().search(`Patient?_id=a&${query}`);
        return bundle.entry?.[0]?.resource as Patient;
      };
      assert.equal((await first('_summary=true')).text, undefined);
      assert.equal((await first('_summary=data')).text, undefined);
      assert.ok((await first('_summary=text')).text);
      assert.equal((await first('_summary=text')).name, undefined);
      assert.deepEqual(Object.keys(await first('_elements=gender')).sort(), ['gender', 'id', 'meta', 'resourceType']);
      assert.equal((await first('_elements=gender')).meta?.tag?.[0]?.code, 'SUBSETTED');
      await customer().refused('Patient?_elements=gender&_summary=true', 400, 'value');
    });

    it('[R23] [R64] takes elements by type, choice and JSON name; unknown ones are refused, or left out with a warning', async () => {
      const names = async (query: string, headers = {}): Promise<string[]> => {
        const { bundle } = await customer().search(query, headers);
        return Object.keys(bundle.entry?.[0]?.resource ?? {}).filter(name => !['resourceType', 'meta'].includes(name));
      };
      assert.deepEqual(await names('Patient?_id=a&_elements=Patient.gender'), ['id', 'gender']);
      await customer().load(resource('Patient', 'd', { deceasedBoolean: true }));
      for (const name of ['deceased', 'deceasedBoolean', 'deceased[x]'])
        assert.deepEqual(await names(`Patient?_id=d&_elements=${name}`), ['id', 'deceasedBoolean']);
      assert.deepEqual(await names('Patient?_id=d&_elements=deceasedDateTime'), ['id']);
      assert.equal((await customer().call('DELETE', 'Patient/d')).status, 204);
      assert.deepEqual(await names('?_type=Patient,Observation&_id=a&_elements=status,gender'), ['id', 'gender']);
      const { status } = await customer().call('GET', 'Patient/a/_history?_elements=colour');
      assert.equal(status, 400);
      const paths = ['Patient/a', 'Patient', 'Patient/a/_history/1', 'Patient/a/$everything'];
      for (const path of paths) await customer().refused(`${path}?_elements=gender,colour`, 400, 'not-supported');
      const { self, warnings } = await customer().search('Patient?_id=a&_elements=gender,colour', lenient);
      assert.equal(self, `${customer().base}/Patient?_id=a&_elements=gender`);
      assert.deepEqual(
        warnings.map(({ code }) => code),
        ['not-supported'],
      );
      assert.deepEqual(await names('Patient?_id=a&_elements=gender,colour', lenient), ['id', 'gender']);
    });

    it('[F11] refuses what costs too much', async () => {
      const many = (count: number, text: (at: number) => string): string =>
        Array.from({ length: count }, (_, i) => text(i)).join('&');
      await customer().refused(`Patient?${many(61, i => `name=a${i}`)}`, 400, 'too-costly');
      await customer().refused(`Patient?identifier=${many(501, i => `a${i}`).replaceAll('&', ',')}`, 400, 'too-costly');
      await customer().refused(`Observation?${many(11, () => '_include=Observation:subject')}`, 400, 'too-costly');
      const chain = `${'part-of.'.repeat(6)}status=final`;
      await customer().refused(
        `Observation?subject:Patient.organization.${'partof.'.repeat(5)}name=x`,
        400,
        'too-costly',
      );
      await customer().refused(`Procedure?${chain}`, 400);
    });

    it('[R13] an error names what is wrong where', async () => {
      const { body } = await customer().call('GET', 'Patient?birthdate=05');
      const [issue] = (body as OperationOutcome).issue;
      assert.equal(issue?.severity, 'error');
      assert.ok(issue.diagnostics?.includes('birthdate'));
      assert.deepEqual(issue.expression, ['http.birthdate']);
    });
  });
});
