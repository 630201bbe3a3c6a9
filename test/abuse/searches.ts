/** What can be asked about another patient by searching, and about what staff alone may see. */
import assert from 'node:assert/strict';
import type { Journey } from '../portal/journey.js';
import { canary, nameOf } from './two-patients.js';
import { bare, entriesOf, few, FIRST, first, linkOf, secret, SECOND, seed, system, totalOf } from './ward.js';

const crossed = {
  ...{ resourceType: 'Observation', id: 'zqone-crossed', status: 'final', code: { text: 'crossed' } },
  subject: { reference: `Patient/${FIRST}` },
  performer: [
    { reference: `RelatedPerson/${nameOf(SECOND, 'RelatedPerson')}` },
    { reference: 'Practitioner/zq-doctor' },
  ],
};

export function searches(journey: () => Journey): void {
  describe('searches about another patient', () => {
    before(() => seed(journey().server, [crossed]));

    const ask = (path: string) => journey().expect(200, first, 'GET', path);

    /** Finds nothing, in the very words of a search for somebody who never was. */
    async function nothing(path: string): Promise<void> {
      const [found, never] = [
        await ask(path),
        await ask(path.replaceAll(SECOND, 'zqnil').replaceAll(secret, canary('zqnil'))),
      ];
      assert.deepEqual(entriesOf(found), [], path);
      assert.equal(totalOf(found) ?? 0, 0, path);
      assert.equal(bare(found, SECOND, secret), bare(never, 'zqnil', canary('zqnil')), path);
    }

    it('[B03] [B34] every way to name the patient finds nothing', async () => {
      const ways = [
        ...[`subject=Patient/${SECOND}`, `patient=${SECOND}`, `subject:Patient.given=${secret}`, `subject=${SECOND}`],
        ...[`patient=Patient/${SECOND}`, `patient:Patient=${SECOND}`, `subject:Patient=${SECOND}`],
        ...[`subject:identifier=http://portal.example/ids|${secret}`, `patient.identifier=${secret}`],
        ...[`subject:Patient._id=${SECOND}`, `_has:Observation:has-member:patient=${SECOND}`],
      ];
      for (const way of few(journey(), ways)) await nothing(`Observation?${way}`);
      await nothing(`Patient?_has:Observation:patient:subject=Patient/${SECOND}`);
    });

    it('[B04] a chain goes through what the patient sees, at every hop', async () => {
      const through = `performer:RelatedPerson.name=${secret}`;
      await nothing(`Observation?${through}`);
      await nothing(`Observation?performer:RelatedPerson.patient.given=${secret}`);
      assert.equal(totalOf(await journey().expect(200, system, 'GET', `Observation?${through}&_id=${crossed.id}`)), 1);
      const own = await ask(`Observation?subject:Patient.given=${canary(FIRST)}&_id=${crossed.id}`);
      assert.deepEqual(entriesOf(own), [`Observation/${crossed.id}`]);
    });

    it('[B05] bisecting a hidden value comes to nothing', async () => {
      const performer = [{ reference: 'Practitioner/zq-doctor' }];
      const high = { ...crossed, id: `${SECOND}-high`, subject: { reference: `Patient/${SECOND}` }, performer };
      await seed(journey().server, [{ ...high, valueQuantity: { value: 777.25 } }]);
      for (const bound of few(journey(), [500, 4, 8, 250, 750, 777, 777.2, 777.25, 778])) {
        const above = `value-quantity=gt${bound}`;
        assert.equal(totalOf(await ask(`Patient?_has:Observation:patient:${above}`)), bound < 9 ? 1 : 0, above);
        // Everybody sees the practitioner, and only the other patient's values lead there.
        assert.equal(totalOf(await ask(`Practitioner?_has:Observation:performer:${above}`)), 0, above);
      }
    });

    it('[B06] [B07] includes bring what is visible, and leave no trace of the rest', async () => {
      const found = await ask(`Observation?_id=${crossed.id}&_include=Observation:performer`);
      assert.deepEqual(entriesOf(found), [`Observation/${crossed.id}`, 'Practitioner/zq-doctor']);
      const wide = ['_revinclude=*', '_revinclude:iterate=Observation:performer', '_include=*&_revinclude=*'];
      for (const include of wide) {
        const around = await ask(`Patient?_id=${FIRST}&${include}`);
        // The crossed Observation names the other's RelatedPerson: that is all there may be.
        const others = entriesOf(around).filter(name => name.includes(SECOND));
        assert.deepEqual(others, [], include);
        assert.ok(!around.text.includes(secret), include);
      }
    });

    it('[B08] every total is the number of entries that can be paged through', async () => {
      let path: string | undefined = 'Observation?_count=2&_total=accurate';
      const paged: string[] = [];
      let total: number | undefined;
      while (path !== undefined) {
        const page = await ask(path);
        total ??= totalOf(page);
        paged.push(...entriesOf(page));
        path = linkOf(page, 'next')?.slice(journey().server.portal.length + 1);
      }
      assert.equal(total, paged.length);
      assert.equal(new Set(paged).size, paged.length);
      assert.ok(paged.every(name => !name.includes(SECOND)));
      for (const view of few(journey(), ['_summary=count', '_count=0', '_total=accurate', '_total=estimate'])) {
        assert.equal(totalOf(await ask(`Observation?${view}`)), total, view);
      }
    });

    it('[B11] naming both finds the own alone', async () => {
      const found = await ask(`Patient?_id=${FIRST},${SECOND}`);
      assert.deepEqual(entriesOf(found), [`Patient/${FIRST}`]);
      assert.equal(totalOf(found), 1);
      await journey().expect(400, first, 'GET', `Observation?_content=${secret}`);
      await nothing(`Patient?given=${secret}`);
    });

    it('[B14] a POSTed search applies its body and its address', async () => {
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const post = (path: string, body: string) => journey().expect(200, first, 'POST', path, body, form);
      assert.deepEqual(entriesOf(await post('Observation/_search', `subject=Patient/${SECOND}`)), []);
      const both = await post(`Observation/_search?subject=Patient/${FIRST}`, `subject=Patient/${SECOND}`);
      assert.deepEqual(entriesOf(both), []);
      const one = await post(`Observation/_search?_id=${crossed.id}`, `subject=Patient/${FIRST}`);
      assert.deepEqual(entriesOf(one), [`Observation/${crossed.id}`]);
    });

    it('[B30] odd values of a filter never find more than the own', async () => {
      for (const way of [`patient=${FIRST}&patient=${SECOND}`, `patient=${SECOND}&_id=${crossed.id}`]) {
        assert.deepEqual(entriesOf(await ask(`Observation?${way}`)), [], way);
      }
      const either = await ask(`Observation?patient=${FIRST},${SECOND}&_count=100`);
      assert.ok(entriesOf(either).length > 0);
      assert.ok(!either.text.includes(secret) && entriesOf(either).every(name => !name.includes(SECOND)));
      assert.deepEqual(entriesOf(await ask(`Observation?patient:not=${FIRST}`)), []);
    });

    it('[B31] a subject counts in the forms that name it, and on no other server', async () => {
      const { portal } = journey().server;
      const forms = {
        absolute: `${portal}/Patient/${FIRST}`,
        versioned: `Patient/${FIRST}/_history/1`,
        foreign: `http://elsewhere.example/fhir/Patient/${FIRST}`,
        fragment: `http://elsewhere.example/#Patient/${FIRST}`,
        urn: 'urn:uuid:a7c1c5ac-5a0c-4f0e-8c68-0d4e2f0f7f01',
      };
      const { performer: _none, ...plain } = crossed;
      const named = Object.entries(forms).map(([form, reference]) => ({
        ...plain,
        id: `zq-${form}`,
        subject: { reference },
      }));
      const logical = {
        ...plain,
        id: 'zq-logical',
        subject: { type: 'Patient', identifier: { value: canary(FIRST) } },
      };
      await seed(journey().server, [...named, logical]);
      const seen = entriesOf(await ask(`Observation?_id=${[...named, logical].map(({ id }) => id).join(',')}`));
      assert.deepEqual(seen.sort(), ['Observation/zq-absolute', 'Observation/zq-versioned']);
      const elsewhere = await ask(`Observation?subject=http://elsewhere.example/fhir/Patient/${FIRST}`);
      assert.deepEqual(entriesOf(elsewhere), []);
    });
  });
}
