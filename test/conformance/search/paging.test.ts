/** Sorting, and pages that lose and repeat nothing whatever is written in between. https://hl7.org/fhir/R4/http.html#paging */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { eachCustomer, resource, type Customer, type Found } from './customer.js';

const observation = (id: string, date?: string, more: object = {}) =>
  resource('Observation', id, {
    status: 'final',
    code: { coding: [{ code: `c-${id}` }] },
    subject: { reference: 'Patient/p' },
    ...(date ? { effectiveDateTime: date } : {}),
    ...more,
  });

/** Ties (b, c, d), a period, and two without a date. */
const resources = [
  resource('Patient', 'p', { name: [{ family: 'Zed', given: ['Ann'] }, { family: 'Abel' }] }),
  resource('Patient', 'q', { name: [{ family: 'Miller' }] }),
  resource('Patient', 'r', { name: [{ family: 'miller' }], birthDate: '1990-01-01' }),
  resource('Patient', 's'),
  observation('a', '2020-01-01'),
  observation('b', '2021-01-01'),
  observation('c', '2021-01-01'),
  observation('d', '2021-01-01', { valueQuantity: { value: 3 } }),
  observation('e', '2019-01-01', { valueQuantity: { value: 10 } }),
  observation('f'),
  observation('g'),
];

const previousOf = ({ bundle }: Found): string | undefined =>
  bundle.link?.find(({ relation }) => relation === 'previous')?.url;

const together = (pages: readonly Found[]): string[] => pages.flatMap(({ ids }) => ids);

/** Every order and page size comes to the same as one big page. */
async function walksAgree(customer: Customer, query: string): Promise<string[]> {
  const whole = await customer.search(`${query}&_count=100`);
  for (const count of [1, 2, 3]) {
    const pages = await customer.pages(`${query}&_count=${count}`);
    assert.deepEqual(together(pages), whole.ids, `${query} by ${count}`);
    assert.ok(pages.every(({ ids }) => ids.length <= count));
    assert.ok(
      pages.every(({ total }) => total === whole.total),
      'every page tells the total',
    );
  }
  return whole.ids;
}

describe('pages', () => {
  eachCustomer(resources, customer => {
    const order = (query: string, ...ids: string[]): void => {
      it(`[R69] [R61] ${query}`, async () => assert.deepEqual(await walksAgree(customer(), query), ids));
    };
    order('Observation?_sort=_id', 'a', 'b', 'c', 'd', 'e', 'f', 'g');
    order('Observation?_sort=-_id', 'g', 'f', 'e', 'd', 'c', 'b', 'a');
    order('Observation?_sort=date,_id', 'e', 'a', 'b', 'c', 'd', ...['f', 'g']);
    order('Observation?_sort=-date,-_id&date:missing=false', 'd', 'c', 'b', 'a', 'e');
    order('Observation?_sort=value-quantity,_id', 'd', 'e', 'a', 'b', 'c', 'f', 'g');
    order('Observation?_sort=-value-quantity,-_id', 'e', 'd', 'g', 'f', 'c', 'b', 'a');
    order('Observation?_sort=-code', 'g', 'f', 'e', 'd', 'c', 'b', 'a');
    order('Observation?_sort=subject,-_id', 'g', 'f', 'e', 'd', 'c', 'b', 'a');
    order('Observation?_sort=_lastUpdated,_id', 'a', 'b', 'c', 'd', 'e', 'f', 'g');
    order('Patient?_sort=family,_id', 'p', 'q', 'r', 's');
    order('Patient?_sort=-family,_id', 'p', 'q', 'r', 's');
    order('Patient?_sort=birthdate,-_id', 'r', 's', 'q', 'p');
    order('Patient?_sort=birthdate&_sort=-_id', 'r', 's', 'q', 'p');

    for (const query of [
      'Observation?status=final',
      'Observation?_sort=-date',
      'Observation?_sort=value-quantity',
      '?_type=Observation,Patient&_sort=-_lastUpdated',
    ]) {
      it(`[R61] ties have one order: ${query}`, async () => {
        const ids = await walksAgree(customer(), query);
        assert.equal(new Set(ids).size, ids.length);
      });
    }

    it('[R61] next links are absolute, show nothing, and repeat their answer', async () => {
      const first = await customer().search('Patient?family=miller&_count=1&_sort=_id');
      assert.ok(first.next!.startsWith(`${customer().base}/Patient?_page=`));
      assert.ok(!/miller|family/i.test(first.next!), '[B16] the link holds no criteria');
      const second = await customer().search(first.next!);
      assert.deepEqual([first.ids, second.ids, second.next], [['q'], ['r'], undefined]);
      assert.deepEqual((await customer().search(first.next!)).ids, ['r']);
    });

    it('[R61] [R63] next links of a POST are followed with GET', async () => {
      const first = await customer().post('Patient/_search', 'family=miller&_count=1&_sort=_id');
      const second = await customer().search(first.next!);
      assert.deepEqual([first.ids, second.ids, second.next], [['q'], ['r'], undefined]);
      const all = await customer().post('_search', '_type=Patient&_count=3&_sort=_id');
      assert.deepEqual((await customer().search(all.next!)).ids, ['s']);
    });

    it('[R61] previous links lead back, page by page, and show no criteria', async () => {
      const walk = await customer().pages('Observation?_sort=_id&status=final&_count=3');
      assert.deepEqual(
        walk.map(({ ids }) => ids.join('')),
        ['abc', 'def', 'g'],
      );
      assert.equal(previousOf(walk[0]!), undefined);
      const middle = await customer().search(previousOf(walk[2]!)!);
      assert.deepEqual([middle.ids.join(''), middle.total], ['def', 7]);
      const first = await customer().search(previousOf(middle)!);
      assert.deepEqual([first.ids.join(''), first.total, previousOf(first)], ['abc', 7, undefined]);
      assert.equal((await customer().search(first.next!)).ids.join(''), 'def');
      for (const url of [previousOf(walk[2]!)!, previousOf(middle)!, first.self])
        assert.ok(!/status|final|_sort/.test(url), url);
    });

    it('[R61] links show _count and the form, and bear their change', async () => {
      const { next } = await customer().search('Observation?_sort=_id&_count=2&_pretty=true&_format=json');
      const link = new URL(next!);
      assert.deepEqual([...link.searchParams.keys()].sort(), ['_count', '_format', '_page', '_pretty']);
      assert.equal(link.searchParams.get('_count'), '2');
      const posted = await customer().post('Observation/_search', '_sort=_id&_count=2');
      assert.equal(new URL(posted.next!).searchParams.get('_count'), '2');
      link.searchParams.delete('_count');
      assert.deepEqual((await customer().search(String(link))).ids, ['c', 'd']);
      link.searchParams.set('_count', '3');
      link.searchParams.set('_elements', 'status');
      const page = await customer().search(String(link));
      assert.deepEqual(page.ids, ['c', 'd', 'e']);
      assert.ok(page.bundle.entry?.every(({ resource }) => !('subject' in (resource ?? {})) && resource?.meta?.tag));
      assert.equal(new URL(page.next!).searchParams.get('_count'), '3');
      assert.deepEqual((await customer().search(page.next!)).ids, ['f', 'g']);
      const xml = await customer().call('GET', String(link).replace('_format=json', '_format=xml'));
      assert.match(xml.headers.get('content-type') ?? '', /xml/);
      link.searchParams.set('status', 'final');
      assert.equal((await customer().call('GET', String(link))).status, 404);
    });

    it('[R61] a link of another path is none', async () => {
      const { next = '' } = await customer().search('Observation?_count=1');
      const { search } = new URL(next);
      for (const path of ['Patient', 'Observation/_history', 'Observation/a/_history', 'Patient/p/$everything'])
        assert.equal((await customer().call('GET', `${path}${search}`)).status, 404, path);
    });

    it('[R61] counts once, on the first page', async () => {
      const first = await customer().search('Observation?_count=2');
      await customer().load(observation('zz', '1999-01-01'));
      assert.equal((await customer().search(first.next!)).total, first.total);
      assert.equal((await customer().call('DELETE', 'Observation/zz')).status, 204);
      const pages = await customer().pages('Observation?_total=none&_count=3');
      assert.ok(pages.every(({ total }) => total === undefined));
    });

    it('[R61] a total that was asked for is on the first page alone', async () => {
      for (const total of ['accurate', 'estimate']) {
        const [first, ...others] = await customer().pages(`Observation?_total=${total}&_count=3`);
        assert.equal(first!.total, (await customer().search('Observation?_count=1')).total);
        assert.ok(others.length > 0 && others.every(one => one.total === undefined), total);
      }
    });

    it('[B15] a page link of 25 hours ago has expired; of another client it is none', async () => {
      const { next } = await customer().search('Patient?_count=1');
      const other = await fetch(next!, { headers: { authorization: `Bearer ${customer().server.token('demo-ehr')}` } });
      assert.ok(other.status === 403 || other.status === 404, String(other.status));
      customer().clock.ahead += 25 * 3600 * 1000;
      const late = await fetch(next!, {
        headers: { authorization: `Bearer ${customer().server.token('demo-system')}` },
      });
      assert.equal(late.status, 410);
      customer().clock.ahead -= 25 * 3600 * 1000;
    });
  });
});

/** Something that happens between two pages. */
interface Write {
  kind: 'create' | 'change' | 'delete';
  at: number;
  date: string;
}

const write: fc.Arbitrary<Write> = fc.record({
  kind: fc.constantFrom('create', 'change', 'delete'),
  at: fc.integer({ min: 0, max: 5 }),
  date: fc.constantFrom('2018-01-01', '2021-01-01', '2030-01-01'),
});

/** Those that are never touched, with ties and a missing value; and those that come, change and go. */
const still = Array.from({ length: 9 }, (_, i) => observation(`still-${i}`, i === 0 ? undefined : `202${i % 3}-01-01`));
const moving = (at: number, date: string) => observation(`moving-${at}`, date);

async function happens(customer: Customer, { kind, at, date }: Write): Promise<void> {
  if (kind === 'delete') await customer.call('DELETE', `Observation/moving-${at}`);
  else await customer.load(moving(at, date));
}

describe('pages while others write', () => {
  eachCustomer(still, (customer, store) => {
    it('[R61] every match that does not change comes exactly once', async () => {
      const sorts = fc.constantFrom('', '&_sort=date', '&_sort=-date', '&_sort=-_lastUpdated', '&_sort=code,-date');
      const property = fc.asyncProperty(
        sorts,
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.array(write, { maxLength: 2 }), { maxLength: 6 }),
        async (sort, count, writes) => {
          const query = `Observation?subject=Patient/p&_count=${count}${sort}`;
          const pages = await customer().pages(query, async page => {
            for (const one of writes[page - 1] ?? []) await happens(customer(), one);
          });
          const unchanged = together(pages).filter(id => id.startsWith('still-'));
          assert.deepEqual(unchanged.sort(), still.map(({ id }) => id!).sort());
        },
      );
      await fc.assert(property, { numRuns: store === 'mongo' ? 8 : 40, seed: 61 });
    });
  });
});
