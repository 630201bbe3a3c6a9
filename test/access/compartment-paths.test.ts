/** The table of compartment paths against HL7's definitions, and the postings made of it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { patientsFilter, tombstone, withoutCompartmentPaths } from '../../src/access/compartment-paths.js';
import { internalPostings, tombstones } from '../fixtures/own.js';
import { compartmentPaths as table } from '../../src/access/compartment-paths.table.js';
import { ALL, NONE } from '../../src/search/filters.js';
import { matches } from '../../src/search/match.js';
import type { Json } from '../../src/fhir/resource.js';
import { message, patient, person, put, reference, related } from './fixture.js';

interface Definition {
  kind?: string;
  abstract?: boolean;
  derivation?: string;
  type: string;
  code: string;
  base: string[];
  expression?: string;
  resource: { code: string; param?: string[] }[];
  snapshot: { element: { path: string; type?: { code: string; targetProfile?: string[] }[] }[] };
}

const definitions = (name: string): Definition[] =>
  gunzipSync(readFileSync(`definitions/${name}.ndjson.gz`))
    .toString()
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Definition);

const structures = definitions('StructureDefinition').filter(
  ({ kind, abstract, derivation }) => kind === 'resource' && abstract !== true && derivation === 'specialization',
);

/** Compartment paths that the table leaves out on purpose: it says why. */
const LEFT_OUT = new Set(['AuditEvent', 'Group', 'Patient']);

/** `Claim.payee.party` of the expressions of the compartment's parameters. */
function compartmentPaths(type: string, codes: readonly string[], parameters: readonly Definition[]): string[] {
  const own = parameters.filter(({ code, base }) => codes.includes(code) && base.includes(type));
  return own
    .flatMap(({ expression = '' }) => expression.split('|').map(text => text.trim()))
    .filter(text => text.startsWith(`${type}.`))
    .map(text => text.replace(/\.where\(resolve\(\) is Patient\)$/, '').slice(type.length + 1));
}

const postingsOf = (resource: Parameters<typeof internalPostings>[0]) => internalPostings(resource);

describe('compartment paths', () => {
  it('[B37] has a line for each of the 146 types, and no other', () => {
    const types = structures.map(({ type }) => type);
    assert.equal(types.length, 146);
    assert.deepEqual(Object.keys(table).sort(), [...new Set(types)].sort());
    assert.deepEqual(withoutCompartmentPaths(types), []);
  });

  it('tells the start which types have no line', () => {
    assert.deepEqual(withoutCompartmentPaths(['Patient', 'Novel', 'constructor']), ['Novel', 'constructor']);
  });

  it('names references that may point to a Patient', () => {
    for (const { type, snapshot } of structures) {
      const paths = table[type];
      if (typeof paths === 'string' || paths?.[0] === 'id') continue;
      for (const path of paths ?? []) {
        const element = snapshot.element.find(one => one.path === `${type}.${path}`);
        const targets = element?.type?.find(({ code }) => code === 'Reference')?.targetProfile;
        assert.ok(
          element?.type?.some(({ code }) => code === 'Reference'),
          `${type}.${path} is no Reference`,
        );
        const open = targets === undefined || targets.some(target => /\/(Patient|Resource)$/.test(target));
        assert.ok(open, `${type}.${path} never refers to a Patient`);
      }
    }
  });

  it('has all of the R4 Patient compartment, but for what it leaves out on purpose', () => {
    const compartment = definitions('CompartmentDefinition').find(({ code }) => code === 'Patient');
    const parameters = definitions('SearchParameter');
    for (const { code, param = [] } of compartment?.resource ?? []) {
      if (LEFT_OUT.has(code)) continue;
      for (const path of compartmentPaths(code, param, parameters)) {
        assert.ok(table[code]?.includes(path), `${code}.${path} is in the compartment`);
      }
    }
  });

  it('tells whose a resource is, with who sent it', () => {
    const sent = message('m', '1', { recipient: [reference('Patient/2'), reference('Practitioner/3')] });
    assert.deepEqual(postingsOf(sent), [
      'Communication|~own|Patient/1',
      'Communication|~own|Patient/2',
      'Communication|~by|Patient/1',
      'Communication|~staff|Practitioner/3',
      'Communication|~thread|Communication/m',
      'Communication|~counted|from-patient|other||Practitioner/3',
    ]);
    assert.deepEqual(postingsOf(patient('1', { link: [{ other: reference('Patient/2') }] })), [
      'Patient|~own|Patient/1',
    ]);
    assert.deepEqual(postingsOf(related('r', '1')), ['RelatedPerson|~own|Patient/1']);
    assert.deepEqual(postingsOf(person('p', 'Patient/1', 'RelatedPerson/r')), [
      'Person|~own|Patient/1',
      'Person|~link|Patient/1',
      'Person|~link|RelatedPerson/r',
    ]);
  });

  it('[B31] [B23] counts no foreign, contained, logical or odd reference', () => {
    const odd: Json[] = [
      reference('https://other.example/fhir/Patient/1'),
      reference('#1'),
      reference('urn:uuid:1'),
      reference('patient/1'),
      reference('Patient/1?x'),
      reference('Patient/1.\0'),
      reference('%50atient/1'),
      { identifier: { value: '1' } },
      'Patient/1',
      null,
    ];
    for (const subject of odd) {
      assert.deepEqual(postingsOf({ resourceType: 'Observation', id: 'o', subject }), [], JSON.stringify(subject));
    }
    const versioned = { resourceType: 'Observation', id: 'o', subject: reference('Patient/1/_history/1') };
    assert.deepEqual(postingsOf(versioned), ['Observation|~own|Patient/1', 'Observation|~opened|read-record']);
  });

  it("keeps the portal's internal Tasks from the patient they are about", () => {
    const task = (system: string) => ({
      resourceType: 'Task',
      id: 't',
      code: { coding: [{ system, code: 'invitation' }] },
      for: reference('Patient/1'),
      owner: reference('Organization/g'),
    });
    assert.deepEqual(postingsOf(task('https://portico.health/fhir/CodeSystem/task-code')), [
      'Task|~staff|Organization/g',
    ]);
    assert.ok(postingsOf(task('http://other.example')).includes('Task|~own|Patient/1'));
  });

  it('reads the tombstone of what one saw, and of nothing else', () => {
    const gone = {
      ...put(message('m', '1')),
      index: { postings: tombstones(message('m', '1')), ranges: [], strings: [], main: 0 },
    };
    const subject = { type: 'Communication', id: 'm', updated: 0, index: gone.index };
    const passes = (filter: Parameters<typeof matches>[0]) => matches(filter, subject, { live: () => [] });
    assert.equal(passes(tombstone(patientsFilter('Communication', ['1']))), true);
    assert.equal(passes(tombstone(patientsFilter('Communication', ['2']))), false);
    assert.equal(passes(patientsFilter('Communication', ['1'])), false);
    assert.equal(passes(tombstone(ALL)), true);
    assert.equal(passes(tombstone(NONE)), false);
    assert.equal(passes(tombstone({ kind: 'not', of: { kind: 'posting', key: 'Communication|category|x|y' } })), false);
  });
});
