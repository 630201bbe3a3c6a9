/** The directory, as patients see it; parameters that are not understood; who is let near by a misspelled one. */
import assert from 'node:assert/strict';
import type { Journey } from '../portal/journey.js';
import { entriesOf, few, FIRST, first, secret, SECOND, system } from './ward.js';

const PRIVATE = ['"555"', '1970-01-01', '"male"', '"Common"'];

export function directory(journey: () => Journey): void {
  describe('the directory for patients', () => {
    it('[B28] [B10] shows the public part, whatever view is asked for', async () => {
      const views = [
        '',
        '?_elements=birthDate,telecom',
        '?_summary=data',
        '?_summary=false',
        '?_format=xml',
        '/_history/1',
      ];
      for (const view of few(journey(), views)) {
        const { text } = await journey().expect(200, first, 'GET', `Practitioner/zq-doctor${view}`);
        for (const part of PRIVATE) assert.ok(!text.includes(part), `${view}: ${part}`);
        assert.match(text, view.includes('_elements') ? /zq-doctor/ : /Ford/);
      }
      const whole = await journey().expect(200, system, 'GET', 'Practitioner/zq-doctor');
      for (const part of PRIVATE) assert.ok(whole.text.includes(part), part);
    });

    it('[B28] cuts the same in searches, includes, histories and bundles', async () => {
      const batch = {
        ...{ resourceType: 'Bundle', type: 'batch' },
        entry: [{ request: { method: 'GET', url: 'Practitioner/zq-doctor' } }],
      };
      const found = [
        await journey().expect(200, first, 'GET', 'Practitioner?_id=zq-doctor'),
        await journey().expect(200, first, 'GET', 'Communication?_include=Communication:sender'),
        await journey().expect(200, first, 'GET', 'Practitioner/zq-doctor/_history'),
        await journey().expect(200, first, 'GET', `Patient/${FIRST}/$everything`),
        await journey().expect(200, first, 'POST', '', batch),
      ];
      for (const { text } of found) {
        assert.match(text, /Ford/);
        for (const part of ['"555"', '1970-01-01']) assert.ok(!text.includes(part), part);
      }
    });

    it('[B09] what is cut out cannot be searched, sorted or chained by', async () => {
      const ways = [
        'phone=555',
        'phone:missing=true',
        'telecom:not=555',
        'gender=male',
        'address:contains=omm',
        '_sort=phone',
      ];
      for (const way of few(journey(), [...ways, '_text=Ford'])) {
        await journey().expect(403, first, 'GET', `Practitioner?${way}`);
      }
      await journey().expect(403, first, 'GET', 'PractitionerRole?practitioner.phone=555');
      await journey().expect(403, first, 'GET', 'Communication?sender:Practitioner.address-city=Common');
      await journey().expect(
        403,
        first,
        'GET',
        'Organization?_has:PractitionerRole:organization:practitioner.gender=male',
      );
      await journey().expect(200, first, 'GET', 'Practitioner?name=Ford');
    });
  });
}

export function strictFilters(journey: () => Journey): void {
  describe('filters that are not understood', () => {
    const lenient = { prefer: 'handling=lenient' };

    it('[B29] are refused for patients, however leniently they ask', async () => {
      for (const path of [
        'Observation?pateint=P1',
        'Observation?subject:nonsense=1',
        'Patient?given:above=x',
        'Observation?_sort=pateint',
      ]) {
        await journey().expect(400, first, 'GET', path, undefined, lenient);
        await journey().expect(400, first, 'GET', path);
      }
      await journey().expect(200, system, 'GET', 'Observation?pateint=P1&_summary=count', undefined, lenient);
    });

    it('[B30] operators and empty values are refused', async () => {
      for (const way of [
        'patient=',
        'patient[]=x',
        'patient[$ne]=x',
        'patient%5B%24ne%5D=x',
        '__proto__=x',
        'constructor=x',
      ]) {
        await journey().expect(400, first, 'GET', `Observation?${way}`);
      }
    });

    it('[B11] lists and filter expressions find nothing of another', async () => {
      for (const way of [`_list=${SECOND}`, `_filter=subject eq Patient/${SECOND}`, `_query=all`]) {
        const answer = await journey().call(first, 'GET', `Observation?${encodeURI(way)}`);
        assert.ok(answer.status === 400 || entriesOf(answer).length === 0, way);
        assert.ok(!answer.text.includes(secret));
      }
    });
  });
}
