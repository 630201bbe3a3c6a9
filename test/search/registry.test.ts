/** The registry: HL7's parameters and those added at run time. */
import assert from 'node:assert/strict';
import { createRegistry } from '../../src/search/registry.js';
import { definitions, find, searchParameters } from './searching.js';
import { processorTime } from '../fixtures/processor-time.js';

const asserted = {
  resourceType: 'SearchParameter',
  url: 'http://hl7.org/fhir/us/core/SearchParameter/us-core-condition-asserted-date',
  code: 'asserted-date',
  base: ['Condition'],
  type: 'date',
  expression:
    "Condition.extension.where(url = 'http://hl7.org/fhir/StructureDefinition/condition-assertedDate').valueDateTime",
};

const condition = {
  resourceType: 'Condition',
  id: 'a',
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/condition-assertedDate', valueDateTime: '2024-05-01' }],
};

const custom = (expression: string, more: object = {}) => ({
  ...asserted,
  url: 'urn:custom',
  code: 'custom',
  type: 'token',
  expression,
  ...more,
});

describe('search/registry', () => {
  it('knows the parameters of each type', () => {
    const registry = createRegistry(searchParameters);
    assert.equal(registry.get('Patient', 'family')?.type, 'string');
    assert.equal(registry.get('Patient', '_id')?.code, '_id');
    assert.equal(registry.get('Patient', 'nothing'), undefined);
    assert.equal(registry.get('Patient', '__proto__'), undefined);
    assert.equal(registry.get('Nothing', '_id'), undefined);
    assert.ok(registry.get('Patient', '_text'));
    assert.equal(registry.get('Bundle', '_text'), undefined);
    assert.deepEqual(registry.get('Observation', 'patient')?.targets, ['Patient']);
    assert.deepEqual(registry.get('Immunization', 'patient')?.targets, ['Patient']);
    assert.ok(registry.of('Observation').length > 40);
  });

  it('[R93] a parameter added at run time is extracted and searched', () => {
    const registry = createRegistry(searchParameters);
    assert.throws(() => find([condition], 'Condition', 'asserted-date=2024', { registry }), { kind: 'invalid' });
    const more = registry.with([asserted]);
    assert.deepEqual(find([condition], 'Condition', 'asserted-date=2024', { registry: more }), ['a']);
    assert.deepEqual(find([condition], 'Condition', 'asserted-date=2025', { registry: more }), []);
    assert.equal(registry.get('Condition', 'asserted-date'), undefined);
    assert.equal(registry.get('Patient', 'family'), registry.with([asserted]).get('Patient', 'family'));
  });

  it('takes expressions that only FHIRPath understands', () => {
    const registry = createRegistry(searchParameters).with([custom('Condition.note.text.upper()')]);
    const noted = { resourceType: 'Condition', id: 'n', note: [{ text: 'abc' }] };
    assert.deepEqual(find([noted], 'Condition', 'custom=ABC', { registry }), ['n']);
  });

  it('[F08] refuses expressions that match patterns or follow references', () => {
    const registry = createRegistry(searchParameters);
    for (const expression of [
      "Condition.note.text.matches('(a+)+$')",
      'Condition.subject.resolve().name.first()',
      'Condition.(',
      'Condition.note..text',
    ]) {
      assert.throws(() => registry.with([custom(expression)]), { kind: 'unprocessable' }, expression);
    }
    assert.equal(registry.get('Condition', 'custom'), undefined);
  });

  it('replaces by url, and refuses a code that is taken', () => {
    const registry = createRegistry(searchParameters)
      .with([custom('Condition.note.text')])
      .with([custom('Condition.clinicalStatus')]);
    assert.equal(registry.get('Condition', 'custom')?.expression, 'Condition.clinicalStatus');
    assert.throws(() => registry.with([custom('Condition.note.text', { url: 'urn:other' })]), { kind: 'conflict' });
    assert.throws(() => registry.with([custom('Condition.note.text', { code: 'subject' })]), { kind: 'conflict' });
    assert.throws(() => registry.with([custom('Condition.note.text', { code: '_id' })]), { kind: 'unprocessable' });
  });

  it('[R86] takes composites and what they are made of in any order', () => {
    const part = (code: string): object => ({ code, url: `urn:${code}`, expression: `Condition.${code}` });
    const pair = custom('Condition', {
      ...{ code: 'pair', url: 'urn:pair', type: 'composite' },
      component: ['language', 'id'].map(code => ({ definition: `urn:${code}`, expression: code })),
    });
    const registry = createRegistry(searchParameters).with([
      pair,
      ...['language', 'id'].map(code => custom('', part(code))),
    ]);
    const spoken = { ...condition, language: 'fr' };
    assert.deepEqual(find([spoken], 'Condition', 'pair=fr$a', { registry }), ['a']);
    assert.deepEqual(find([spoken], 'Condition', 'pair=fr$b', { registry }), []);
  });

  it('refuses what cannot work', () => {
    const registry = createRegistry([]);
    for (const more of [
      { url: undefined },
      { type: 'nothing' },
      { code: '_sort' },
      { code: 'a:b' },
      { code: 'code|x' },
      { code: 'a.b' },
      { type: 'composite', component: [{ definition: 'urn:none', expression: 'x' }] },
    ]) {
      assert.throws(() => registry.with([custom('Condition.code', more)]), { kind: 'unprocessable' });
    }
  });

  it('of two parameters with one code on a type takes the first, as packages repeat HL7 ones', () => {
    const registry = createRegistry([...searchParameters, { ...asserted, url: 'urn:again', code: 'onset-date' }]);
    assert.equal(
      registry.get('Condition', 'onset-date')?.url,
      'http://hl7.org/fhir/SearchParameter/Condition-onset-date',
    );
  });

  it('knows every resource type', () => {
    const registry = createRegistry(searchParameters);
    const types = definitions('StructureDefinition').filter(
      one => one['kind'] === 'resource' && one['abstract'] === false && one['derivation'] === 'specialization',
    );
    assert.equal(types.length, 146);
    for (const { name } of types) assert.ok(registry.get(String(name), '_id'), String(name));
  });

  it('starts fast: types are compiled when first asked for', () => {
    const start = processorTime();
    createRegistry(searchParameters).of('Observation');
    assert.ok(processorTime() - start < 500);
  });
});
