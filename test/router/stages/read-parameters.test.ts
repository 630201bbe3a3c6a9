/** Input of operations against their definitions: each primitive by the validator's table, complex types, parts, counts. */
import assert from 'node:assert/strict';
import { Fault } from '../../../src/fhir/fault.js';
import type { Query } from '../../../src/fhir/request.js';
import type { JsonObject, Resource } from '../../../src/fhir/resource.js';
import { declaredParameters } from '../../../src/router/stages/parameter-definition.js';
import { readParameters } from '../../../src/router/stages/read-parameters.js';
import type { Values } from '../../../src/service.js';
import { definitions, validator } from '../../validate/validator-fixture.js';

const parameter = (type: string, more: JsonObject = {}): JsonObject => ({
  ...{ name: 'x', use: 'in', min: 0, max: '1', type },
  ...more,
});

function read(declared: JsonObject[], sent: JsonObject[] | Resource | undefined, query: Query = []): Values {
  const body = Array.isArray(sent) ? { resourceType: 'Parameters', parameter: sent } : sent;
  const list = declaredParameters({ resourceType: 'OperationDefinition', parameter: declared }, 'in');
  return readParameters(list, body, query, { definitions, validator });
}

/** The FHIRPath of the refusal. */
function refusal(...[declared, sent, query]: Parameters<typeof read>): string {
  try {
    read(declared, sent, query);
  } catch (error) {
    assert.ok(error instanceof Fault && error.kind === 'invalid', String(error));
    return error.detail.expression ?? error.detail.issues?.[0]?.expression ?? '';
  }
  return assert.fail(`taken: ${JSON.stringify([declared, sent, query])}`);
}

const X = "Parameters.parameter.where(name='x')";

/** By type: a value of it, and some that are none. */
const samples: Readonly<Record<string, readonly [good: unknown, ...bad: unknown[]]>> = {
  base64Binary: ['QUJD', 'ä', 1],
  boolean: [true, 'yes', 1],
  canonical: ['urn:a|1', 'a b', ''],
  code: ['a b', ' a', 'a  b', 'a\tb\n', ''],
  date: ['2024-02-29', '2023-02-29', '2024-13', 'yesterday', '2024-01-01T00:00:00Z'],
  dateTime: ['2024-01-01T00:00:00Z', '2024-01-01T00:00', '2024-01-01T25:00:00Z'],
  decimal: [1.5, '1.5', true],
  id: ['a-1.B', 'a_1', 'a'.repeat(65)],
  instant: ['2024-01-01T00:00:00Z', 'now', '2024-02-30'],
  integer: [-1, 1.5, 2 ** 31, '1'],
  markdown: ['*a*', '\u0000'],
  oid: ['urn:oid:1.2', '1.2'],
  positiveInt: [1, 0, -1],
  string: ['a', '', '\u0007', 1],
  time: ['12:00:00', '12:00', '24:00:00'],
  unsignedInt: [0, -1],
  uri: ['urn:a', 'a b'],
  url: ['https://a', 'https://a b'],
  uuid: ['urn:uuid:c757873d-ec9a-4326-a141-556f43239520', 'c757873d'],
};

const valueOf = (type: string, value: unknown): JsonObject =>
  ({ name: 'x', [`value${type.charAt(0).toUpperCase()}${type.slice(1)}`]: value }) as JsonObject;

describe('input of operations', () => {
  for (const [type, [good, ...bad]] of Object.entries(samples)) {
    it(`holds a ${type} against the validator's table`, () => {
      assert.deepEqual(read([parameter(type)], [valueOf(type, good)]), { x: good });
      for (const value of bad) assert.equal(refusal([parameter(type)], [valueOf(type, value)]), X, String(value));
      if (typeof good !== 'string') return;
      for (const value of bad.filter(one => typeof one === 'string')) {
        assert.equal(refusal([parameter(type)], [valueOf('string', value)]), X);
        assert.equal(refusal([parameter(type)], undefined, [['x', value]]), X);
      }
    });
  }

  it('takes a string for what JSON writes as one, and one kind of URI or of whole number for another', () => {
    for (const [type, sent, value] of [
      ['code', 'string', 'a'],
      ['date', 'string', '2024-01-01'],
      ['instant', 'string', '2024-01-01'],
      ['uri', 'canonical', 'urn:a'],
      ['canonical', 'url', 'urn:a'],
      ['integer', 'positiveInt', 1],
      ['positiveInt', 'integer', 1],
    ] as const) {
      assert.deepEqual(read([parameter(type)], [valueOf(sent, value)]), { x: value });
    }
    assert.equal(refusal([parameter('positiveInt')], [valueOf('integer', 0)]), X, 'in the range of its own type');
    assert.equal(refusal([parameter('date')], [valueOf('dateTime', '2024-01-01')]), X);
    assert.equal(refusal([parameter('boolean')], [valueOf('string', 'true')]), X);
    assert.equal(refusal([parameter('integer')], [valueOf('decimal', 1)]), X);
  });

  it('reads simple values of a query string in the form of their type, and no complex ones', () => {
    assert.deepEqual(read([parameter('boolean')], undefined, [['x', 'false']]), { x: false });
    assert.deepEqual(read([parameter('integer')], undefined, [['x', '-3']]), { x: -3 });
    assert.deepEqual(read([parameter('decimal')], undefined, [['x', '1.5']]), { x: 1.5 });
    assert.deepEqual(read([parameter('Reference')], undefined, [['x', 'Patient/1']]), {
      x: { reference: 'Patient/1' },
    });
    for (const type of ['Coding', 'Meta', 'Patient', 'Resource']) {
      assert.equal(refusal([parameter(type)], undefined, [['x', 'a']]), X, type);
    }
    for (const [type, text] of [
      ['positiveInt', '0'],
      ['integer', '1.5'],
      ['integer', 'a'],
      ['boolean', '1'],
    ] as const) {
      assert.equal(refusal([parameter(type)], undefined, [['x', text]]), X, type);
    }
  });

  it('holds complex types and resources against their shape', () => {
    assert.deepEqual(read([parameter('Coding')], [valueOf('Coding', { code: 'a' })]), { x: { code: 'a' } });
    assert.equal(refusal([parameter('Coding')], [valueOf('Coding', { code: 'a', colour: 'red' })]), X);
    assert.equal(refusal([parameter('Coding')], [valueOf('Quantity', { value: 1 })]), X);
    const patient = { resourceType: 'Patient', active: true };
    assert.deepEqual(read([parameter('Patient')], [{ name: 'x', resource: patient }]), { x: patient });
    assert.equal(refusal([parameter('Patient')], [{ name: 'x', resource: { resourceType: 'Person' } }]), X);
    const odd = { resourceType: 'Patient', active: 'yes' };
    assert.match(refusal([parameter('Patient')], [{ name: 'x', resource: odd }]), /^Patient\.active$/);
    assert.deepEqual(read([parameter('Resource')], [{ name: 'x', resource: odd }]), { x: odd }, 'any, as it came');
    assert.deepEqual(read([parameter('Resource')], odd), { x: odd }, 'alone in the body');
    assert.equal(refusal([parameter('Patient')], [{ name: 'x' }]), X);
  });

  it('names the parameter of a wrong, missing, unknown or surplus part', () => {
    const part = [parameter('date', { name: 'day', min: 1 }), parameter('string', { name: 'tag', max: '*' })];
    const declared = [parameter('Element', { max: '*', part })];
    const parts = (...list: JsonObject[]): JsonObject[] => [{ name: 'x', part: list }];
    const day = { name: 'day', valueDate: '2024-01-01' };
    const tags = ['a', 'b'].map(valueString => ({ name: 'tag', valueString }));
    assert.deepEqual(read(declared, parts(day, ...tags)), { x: [{ day: '2024-01-01', tag: ['a', 'b'] }] });
    assert.equal(refusal(declared, parts({ ...day, valueDate: '2024-02-30' })), `${X}.part.where(name='day')`);
    assert.equal(refusal(declared, parts(day, day)), `${X}.part.where(name='day')`);
    assert.equal(refusal(declared, parts()), `${X}.part`);
    assert.equal(refusal(declared, parts(day, { name: 'night' })), `${X}.part`);
    assert.equal(refusal(declared, [{ name: 'x', valueString: 'a' }]), X);
  });

  it('counts: what must be there, and how often', () => {
    const text = { name: 'x', valueString: 'a' };
    assert.equal(refusal([parameter('string', { min: 1 })], []), 'Parameters.parameter');
    assert.equal(refusal([parameter('string')], [text, text]), X);
    assert.equal(refusal([parameter('string')], [text], [['x', 'b']]), X);
    assert.equal(refusal([parameter('string', { max: '2' })], [text, text, text]), X);
    assert.deepEqual(read([parameter('string', { max: '2' })], [text, text]), { x: ['a', 'a'] });
    assert.equal(refusal([parameter('string')], [{ ...text, name: 'y' }]), 'Parameters.parameter');
  });
});
