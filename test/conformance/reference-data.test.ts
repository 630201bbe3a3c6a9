/** The reference data that testers of US Core load first: taken as they come, over HTTP. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { eachRest } from './rest.js';
import { data, dataThere } from './search/matrix.js';

const read = (name: string): Buffer => readFileSync(path.join(data, 'us-core-reference', name));
const suite = dataThere ? 'reference data of US Core' : `reference data of US Core (left out: there is no ${data})`;

describe(suite, () => {
  before(function () {
    if (!dataThere) this.skip();
  });

  eachRest(
    rest => {
      it('[R93] [R155] are taken as they come: patient 85, her group, the search by asserted date', async () => {
        await rest().expect(200, 'POST', '', read('uscore_bundle_patient_85.json'));
        await rest().expect(200, 'POST', '', read('uscore_bundle_asserted-date.json'));
        await rest().expect(201, 'PUT', 'Group/1a', read('uscore_group_1a.json'));
        assert.equal(await rest().count('SearchParameter', 'code=asserted-date&base=Condition'), 1);
        assert.equal(await rest().count('StructureDefinition', 'name=assertedDate'), 1);
      });
    },
    { only: 'customer' },
  );
});
