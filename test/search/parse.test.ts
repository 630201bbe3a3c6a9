/** What shapes a search's answer, strict and lenient handling, limits, conditions. */
import assert from 'node:assert/strict';
import { parseCriteria, parseSearch } from '../../src/search/parse.js';
import { localBases, now, parse, queryOf, refused, registry } from './searching.js';

const options = { now, localBases };
const system = (query: string, lenient = false) =>
  parseSearch(registry, {
    ...options,
    types: ['Patient', 'Observation', 'Basic'],
    query: queryOf(query),
    lenient,
    limits: { maxPageSize: 100 },
  });

describe('search/parse', () => {
  it('[R60] applied repeats the parameters as the caller wrote them', () => {
    const query = 'name:exact=A\\,b&_sort=-birthdate&_include=Patient:organization&_format=json';
    assert.deepEqual(parse('Patient', query).applied, queryOf(query));
  });

  it('[R64] unknown ones are refused, or left out with a warning', () => {
    for (const query of ['nothing=1', '_sort=nothing', '_include=Patient:nothing']) {
      refused('Patient', query, 'invalid', 'not-supported');
      const { warnings, applied, of } = parse('Patient', `${query}&_id=a`, { lenient: true });
      assert.deepEqual(applied, [['_id', 'a']], query);
      assert.equal(warnings.length, 1);
      const [warning] = warnings;
      assert.equal(warning?.severity, 'warning');
      assert.ok(warning.diagnostics.includes(query.split('=', 1).join()), warning.diagnostics);
      assert.deepEqual(of[0]?.where, { kind: 'id', ids: ['a'] });
    }
  });

  it('[R65] bad values are refused even when lenient', () => {
    for (const query of [
      'name:nothing=1',
      '_query=x',
      'birthdate=05',
      '_count=x',
      '=foo',
      'name=',
      '_id=',
      '_summary=maybe',
      'identifier=a|b|c|d',
    ]) {
      assert.throws(() => parse('Patient', query, { lenient: true }), { kind: 'invalid' }, query);
    }
  });

  it('[R62] [F11] _count', () => {
    assert.equal(parse('Patient', '_count=20').count, 20);
    assert.equal(parse('Patient', '_count=0').count, 0);
    const capped = parse('Patient', '_count=1000000000');
    assert.equal(capped.count, 100);
    assert.deepEqual(capped.applied, [['_count', '100']]);
    assert.equal(capped.warnings.length, 1);
    for (const value of ['-1', '1e3', '1.0', 'x', '', ' 1', '0x1'])
      refused('Patient', `_count=${value}`, 'invalid', 'value');
    refused('Patient', '_count=1&_count=2', 'invalid', 'value');
  });

  it('[R62] _summary=count asks for the total alone, wherever _count stands', () => {
    assert.equal(parse('Patient', '_summary=count').count, 0);
    assert.equal(parse('Patient', '_summary=count&_count=5').count, 0);
    assert.equal(parse('Patient', '_count=5&_summary=count').count, 0);
    assert.equal(parse('Patient', '_summary=data').summary, 'data');
  });

  it('[R61] _total and _elements', () => {
    assert.equal(parse('Patient', '_total=accurate').total, 'accurate');
    refused('Patient', '_total=all', 'invalid', 'value');
    assert.deepEqual(parse('Patient', '_elements=name,birthDate').elements, ['name', 'birthDate']);
    refused('Patient', '_elements=name,,x', 'invalid', 'value');
    refused('Patient', '_elements=__proto__', 'invalid', 'value');
  });

  it('[R69] _sort', () => {
    assert.deepEqual(parse('Patient', '_sort=family,-birthdate,gender,general-practitioner,_id,-_lastUpdated').sort, [
      { by: 'text', key: 'Patient|family', descending: false },
      { by: 'range', key: 'Patient|birthdate', descending: true },
      { by: 'posting', key: 'Patient|gender|=', descending: false },
      { by: 'posting', key: 'Patient|general-practitioner|', descending: false },
      { by: 'id', descending: false },
      { by: 'updated', descending: true },
    ]);
    assert.deepEqual(parse('Communication', '_sort=-sent').sort, [{ by: 'main', descending: true }]);
    for (const value of ['', '-', 'family,', ',']) refused('Patient', `_sort=${value}`, 'invalid', 'value');
    refused('Observation', '_sort=code-value-quantity', 'invalid', 'not-supported');
    refused('Patient', '_sort=_text', 'invalid', 'not-supported');
    assert.deepEqual(
      parse('Patient', '_sort=family&_sort=-gender').sort,
      parse('Patient', '_sort=family,-gender').sort,
    );
    const many = 'family,'.repeat(5) + 'family';
    refused('Patient', `_sort=${many}&_sort=${many}`, 'invalid', 'value');
  });

  it('[R67] system searches choose types', () => {
    assert.deepEqual(
      system('_type=Patient,Observation&_lastUpdated=gt2020').of.map(one => one.type),
      ['Patient', 'Observation'],
    );
    assert.deepEqual(
      system('_id=a').of.map(one => one.type),
      ['Patient', 'Observation', 'Basic'],
    );
    assert.throws(() => system('_type='), { kind: 'invalid' });
    assert.throws(() => system('_type=Nothing'), { kind: 'invalid' });
    assert.throws(() => system('_type=Patient,Nothing'), { kind: 'invalid' });
    const lenient = system('_type=Patient,Nothing', true);
    assert.deepEqual(
      lenient.of.map(one => one.type),
      ['Patient'],
    );
    assert.deepEqual(lenient.applied, [['_type', 'Patient']]);
    assert.equal(lenient.warnings.length, 1);
    assert.throws(() => system('_type=Nothing', true), { kind: 'invalid' });
    refused('Patient', '_type=Patient', 'invalid', 'not-supported');
  });

  it('[R67] only parameters that all types have go with several', () => {
    assert.throws(() => system('birthdate=2020'), { kind: 'invalid' });
    assert.doesNotThrow(() => system('_type=Patient,Observation&identifier=a'));
    assert.doesNotThrow(() => system('_sort=-_lastUpdated'));
    assert.throws(() => system('_sort=birthdate'), { kind: 'invalid' });
  });

  it('[F11] limits', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => `v${at}`);
    assert.doesNotThrow(() => parse('Patient', `identifier=${many(500).join()}`));
    refused('Patient', `identifier=${many(501).join()}`, 'too-costly');
    refused(
      'Patient',
      many(61)
        .map(() => 'name=x')
        .join('&'),
      'too-costly',
    );
    refused(
      'Patient',
      many(11)
        .map(() => '_include=Patient:organization')
        .join('&'),
      'too-costly',
    );
  });

  it('[R41] [R42] [R43] conditions', () => {
    assert.deepEqual(parseCriteria(registry, 'Patient', 'identifier=urn:mrn|1', options), {
      kind: 'posting',
      key: 'Patient|identifier|urn:mrn|1',
    });
    assert.equal(parseCriteria(registry, 'Patient', '', options), undefined);
    assert.equal(parseCriteria(registry, 'Patient', '?_format=json'.slice(1), options), undefined);
    for (const bad of [
      '_count=1',
      '_sort=name',
      '_include=Patient:organization',
      '_summary=count',
      'nothing=1',
      'identifier=',
      '=x',
    ]) {
      assert.throws(() => parseCriteria(registry, 'Patient', bad, options), { kind: 'invalid' }, bad);
    }
  });

  it('[R65] faults name the parameter', () => {
    assert.throws(
      () => parse('Patient', 'birthdate=05'),
      (error: { message: string; detail: { expression?: string } }) =>
        error.message.includes("'birthdate'") && error.detail.expression === 'http.birthdate',
    );
  });
});
