/** Snapshots made of differentials. */
import assert from 'node:assert/strict';
import { loadDefinitions } from '../../src/definitions/load.js';
import type { ElementDefinition, StructureDefinition } from '../../src/definitions/slim.js';
import { withSnapshot } from '../../src/definitions/snapshot.js';

const base = 'http://hl7.org/fhir/StructureDefinition/';

describe('snapshots', () => {
  const definitions = loadDefinitions(process.cwd());
  const lookup = (url: string): StructureDefinition | undefined =>
    definitions.structure(url) as StructureDefinition | undefined;
  const snapshot = (...element: (Partial<ElementDefinition> & { id: string })[]): ElementDefinition[] => {
    const profile = {
      ...{ resourceType: 'StructureDefinition', url: 'http://example.org/x', name: 'X', type: 'Patient' },
      ...{ kind: 'resource', abstract: false, derivation: 'constraint', baseDefinition: `${base}Patient` },
      differential: { element: element.map(it => ({ path: it.id.replace(/:[^.]+/g, ''), ...it })) },
    };
    return withSnapshot(profile, lookup).snapshot!.element;
  };
  const ids = (elements: readonly ElementDefinition[], prefix: string): string[] =>
    elements.map(({ id }) => id).filter(id => id.startsWith(prefix));

  it('overrides properties, adds constraints, and leaves the base as it was', () => {
    const before = JSON.stringify(lookup(`${base}Patient`));
    const constraint = [{ key: 'x-1', severity: 'error', human: 'x', expression: 'true' }] as never;
    const [root, ...rest] = snapshot({ id: 'Patient', constraint }, { id: 'Patient.gender', min: 1 });
    const keys = (root!['constraint'] as unknown as { key: string }[]).map(({ key }) => key);
    assert.ok(keys.includes('dom-2') && keys.at(-1) === 'x-1');
    const gender = rest.find(({ id }) => id === 'Patient.gender')!;
    assert.deepEqual([gender.min, gender.max], [1, '1']);
    assert.equal(JSON.stringify(lookup(`${base}Patient`)), before);
  });

  it('puts slices behind the element they slice, in their order', () => {
    const elements = snapshot(
      { id: 'Patient.identifier', slicing: { rules: 'open' } },
      { id: 'Patient.identifier:a', sliceName: 'a' },
      { id: 'Patient.identifier:a.system', min: 1 },
      { id: 'Patient.identifier:b', sliceName: 'b' },
    );
    const found = ids(elements, 'Patient.identifier');
    const own = found.filter(id => !id.includes('.', 'Patient.'.length) || id.endsWith('a.system'));
    assert.deepEqual(own, [
      'Patient.identifier',
      'Patient.identifier:a',
      'Patient.identifier:a.system',
      'Patient.identifier:b',
    ]);
    assert.equal('slicing' in elements.find(({ id }) => id === 'Patient.identifier:a')!, false);
  });

  it('copies the children of a data type where the differential reaches into it', () => {
    const elements = snapshot({ id: 'Patient.name.period.start', min: 1 });
    assert.equal(elements.find(({ id }) => id === 'Patient.name.period.start')?.path, 'Patient.name.period.start');
    assert.ok(ids(elements, 'Patient.name.').includes('Patient.name.family'));
  });

  it('says which element or base is not defined', () => {
    assert.throws(() => snapshot({ id: 'Patient.nam', min: 1 }), /http:\/\/example\.org\/x: no element Patient\.nam/);
    const orphan = {
      ...lookup(`${base}Patient`)!,
      url: 'http://example.org/y',
      baseDefinition: 'http://example.org/none',
    };
    delete orphan.snapshot;
    assert.throws(() => withSnapshot(orphan, lookup), /unknown base http:\/\/example\.org\/none/);
  });
});
