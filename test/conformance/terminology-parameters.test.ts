/** The parameters of the terminology operations: each is followed, or refused. https://hl7.org/fhir/R4/terminology-service.html */
import assert from 'node:assert/strict';
import type { Parameters, ValueSet, ValueSetExpansionContains } from 'fhir/r4.js';
import type { JsonObject } from '../../src/fhir/resource.js';
import { eachRest, outcome, unique, type Answer, type Rest } from './rest.js';

const display = { system: 'http://terminology.hl7.org/CodeSystem/designation-usage', code: 'display' };
const concept = [
  {
    code: 'animal',
    display: 'Animal',
    property: [{ code: 'notSelectable', valueBoolean: true }],
    concept: [
      {
        code: 'dog',
        display: 'Dog',
        designation: [
          { language: 'de', use: display, value: 'Hund' },
          { language: 'de', use: { code: 'definition' }, value: 'Ein Haustier' },
          { language: 'fr-CA', value: 'Chien' },
        ],
      },
      { code: 'dodo', display: 'Dodo', property: [{ code: 'status', valueCode: 'retired' }] },
      { code: 'auk', display: 'Auk', property: [{ code: 'inactive', valueBoolean: true }] },
      { code: 'cur', display: 'Cur', property: [{ code: 'status', valueCode: 'deprecated' }] },
    ],
  },
];

const values = ({ body }: Answer): Record<string, unknown> =>
  Object.fromEntries(
    ((body as unknown as Parameters).parameter ?? []).map(one => [
      one.name,
      Object.entries(one).find(([key]) => key.startsWith('value'))?.[1],
    ]),
  );

interface Sets {
  system: string;
  all: string;
}

describe('terminology parameters', () => {
  eachRest(
    rest => {
      let sets: Sets;
      before(async () => {
        sets = await post(rest(), concept);
      });
      const expand = async (more = ''): Promise<NonNullable<ValueSet['expansion']>> => {
        const { body } = await rest().expect(200, 'GET', `ValueSet/$expand?url=${sets.all}${more}`);
        return (body as unknown as ValueSet).expansion!;
      };
      const contains = async (more = ''): Promise<ValueSetExpansionContains[]> => (await expand(more)).contains ?? [];
      const codes = async (more = ''): Promise<(string | undefined)[]> =>
        (await contains(more)).map(({ code }) => code).sort();
      const refused = async (path: string, name: string): Promise<void> => {
        const { body } = await rest().expect(400, 'GET', path);
        const [issue] = outcome(body).issue;
        assert.equal(issue?.code, 'not-supported', path);
        assert.deepEqual(issue.expression, [`Parameters.parameter.where(name='${name}')`], path);
      };

      it('[R152] an expansion marks abstract and inactive concepts; activeOnly and excludeNotForUI leave them out', async () => {
        const all = await contains();
        const marked = (mark: 'abstract' | 'inactive') =>
          all
            .filter(one => one[mark])
            .map(({ code }) => code)
            .sort();
        assert.deepEqual([marked('abstract'), marked('inactive')], [['animal'], ['auk', 'dodo']]);
        assert.deepEqual(await codes('&activeOnly=true'), ['animal', 'cur', 'dog', 'other']);
        assert.deepEqual(await codes('&activeOnly=false'), await codes());
        assert.deepEqual(await codes('&activeOnly=true&excludeNotForUI=true'), ['cur', 'dog', 'other']);
      });

      it('[R152] a value set without inactive concepts has none, whatever is asked for', async () => {
        const compose = { inactive: false, include: [{ system: sets.system }] };
        const url = await valueSet(rest(), compose);
        const { body } = await rest().expect(200, 'GET', `ValueSet/$expand?url=${url}&activeOnly=false`);
        const listed = (body as unknown as ValueSet).expansion?.contains?.map(({ code }) => code).sort();
        assert.deepEqual(listed, ['animal', 'cur', 'dog']);
        const query = `url=${url}&system=${sets.system}&code=`;
        const judge = async (code: string) =>
          values(await rest().expect(200, 'GET', `ValueSet/$validate-code?${query}${code}`))['result'];
        assert.deepEqual([await judge('dodo'), await judge('cur')], [false, true]);
      });

      it('[R152] exclude-system leaves a system out, or one version of it; even one that cannot be listed', async () => {
        assert.deepEqual(await codes(`&exclude-system=${sets.system}`), ['other']);
        assert.deepEqual(await codes(`&exclude-system=${sets.system}%7C2`), ['other']);
        assert.deepEqual(await codes(`&exclude-system=${sets.system}%7C1`), await codes());
        const compose = { include: [{ system: 'http://snomed.info/sct' }, { system: sets.system }] };
        const url = await valueSet(rest(), compose);
        await rest().expect(422, 'GET', `ValueSet/$expand?url=${url}`);
        await rest().expect(200, 'GET', `ValueSet/$expand?url=${url}&exclude-system=http://snomed.info/sct`);
      });

      it('[R152] displayLanguage and includeDesignations', async () => {
        const dog = async (more: string) => (await contains(more)).find(({ code }) => code === 'dog');
        assert.equal((await dog(''))?.display, 'Dog');
        assert.equal((await dog('&displayLanguage=de'))?.display, 'Hund');
        assert.equal((await dog('&displayLanguage=de-CH'))?.display, 'Hund');
        assert.equal((await dog('&displayLanguage=fr'))?.display, 'Chien');
        assert.equal((await dog('&displayLanguage=nl'))?.display, 'Dog');
        const designations = async (more: string) => (await dog(more))?.designation?.map(({ value }) => value);
        assert.equal(await designations(''), undefined);
        assert.equal(await designations('&includeDesignations=false'), undefined);
        assert.deepEqual(await designations('&includeDesignations=true'), ['Hund', 'Ein Haustier', 'Chien']);
        assert.deepEqual(await designations('&designation=urn:ietf:bcp:47%7Cfr'), ['Chien']);
        assert.deepEqual(await designations('&includeDesignations=true&designation=definition'), ['Ein Haustier']);
        assert.deepEqual(await codes('&displayLanguage=de&filter=hun'), ['dog'], 'the filter reads what is shown');
      });

      it('[R152] the expansion tells the parameters that made it, and the versions of the systems', async () => {
        const more = `&activeOnly=true&displayLanguage=de&count=3&filter=o&exclude-system=urn:none&excludeNested=true`;
        const told = (await expand(more)).parameter ?? [];
        const has = (one: JsonObject): void =>
          assert.ok(
            told.some(other => JSON.stringify(other) === JSON.stringify(one)),
            JSON.stringify([one, told]),
          );
        has({ name: 'activeOnly', valueBoolean: true });
        has({ name: 'displayLanguage', valueCode: 'de' });
        has({ name: 'count', valueInteger: 3 });
        has({ name: 'filter', valueString: 'o' });
        has({ name: 'exclude-system', valueUri: 'urn:none' });
        has({ name: 'excludeNested', valueBoolean: true });
        has({ name: 'version', valueUri: `${sets.system}|2` });
        assert.deepEqual(
          (await expand()).parameter?.map(({ name }) => name),
          ['version'],
        );
      });

      it('[R152] refuses what cannot be followed: the past, contexts, other versions', async () => {
        const at = `ValueSet/$expand?url=${sets.all}`;
        const code = `system=${sets.system}&code=dog`;
        for (const path of [at, `ValueSet/$validate-code?url=${sets.all}&${code}`]) {
          await refused(`${path}&date=2001-01-01`, 'date');
          await refused(`${path}&context=urn:x`, 'context');
          await rest().expect(200, 'GET', `${path}&date=${new Date().getUTCFullYear() + 1}`);
        }
        await refused(`CodeSystem/$lookup?${code}&date=2001-01-01`, 'date');
        await refused(`CodeSystem/$validate-code?url=${sets.system}&code=dog&date=2001-01-01`, 'date');
        for (const name of ['system-version', 'check-system-version', 'force-system-version']) {
          await refused(`${at}&${name}=${sets.system}%7C1`, name);
          await rest().expect(200, 'GET', `${at}&${name}=${sets.system}%7C2`);
        }
      });

      it('[R152] $lookup in a language; $validate-code with abstract, systemVersion and displayLanguage', async () => {
        const looked = (more: string) =>
          rest().expect(200, 'GET', `CodeSystem/$lookup?system=${sets.system}&code=dog${more}`);
        assert.equal(values(await looked('&displayLanguage=de'))['display'], 'Hund');
        assert.equal(values(await looked('&displayLanguage=nl'))['display'], 'Dog');
        for (const path of [
          `ValueSet/$validate-code?url=${sets.all}&system=${sets.system}`,
          `CodeSystem/$validate-code?url=${sets.system}`,
        ]) {
          const judge = async (more: string) => values(await rest().expect(200, 'GET', `${path}&code=${more}`));
          const result = async (more: string) => (await judge(more))['result'];
          assert.deepEqual([await result('animal'), await result('animal&abstract=true')], [true, true]);
          assert.deepEqual([await result('animal&abstract=false'), await result('dog&abstract=false')], [false, true]);
          assert.deepEqual(await judge('dodo'), { result: true, message: 'The code is inactive.', display: 'Dodo' });
          assert.deepEqual(await judge('dog&displayLanguage=de'), { result: true, display: 'Hund' });
          assert.equal(await result('dog&display=hund&displayLanguage=de'), true);
          assert.equal(await result('dog&display=Dog&displayLanguage=de'), false);
          assert.equal(await result('dog&display=Dog&displayLanguage=nl'), true);
        }
        const versions = `ValueSet/$validate-code?url=${sets.all}&system=${sets.system}&code=dog&systemVersion=`;
        assert.equal(values(await rest().expect(200, 'GET', `${versions}2`))['result'], true);
        assert.equal(values(await rest().expect(200, 'GET', `${versions}1`))['result'], false);
      });
    },
    { only: 'customer' },
  );
});

async function valueSet(rest: Rest, compose: JsonObject): Promise<string> {
  const url = `https://example.org/${unique()}`;
  await rest.create({ resourceType: 'ValueSet', status: 'active', url, compose });
  return url;
}

/** A code system of these concepts, and a value set of it and one other code. */
async function post(rest: Rest, concept: JsonObject[]): Promise<Sets> {
  const system = `https://example.org/${unique()}`;
  const content = { status: 'active', content: 'complete', version: '2', concept };
  await rest.create({ resourceType: 'CodeSystem', url: system, ...content });
  const include = [{ system }, { system: 'urn:example:other', concept: [{ code: 'other' }] }];
  return { system, all: await valueSet(rest, { include }) };
}
