/** The Parameters resource. */
import assert from 'node:assert/strict';
import { parameter, parametersOf, parameterValue, withoutResources } from '../../src/fhir/parameters.js';

describe('fhir/parameters', () => {
  const patient = { resourceType: 'Patient' };

  it('writes a value under the name of its type, a resource as itself', () => {
    assert.deepEqual(parameter('a', 'code', 'x'), { name: 'a', valueCode: 'x' });
    assert.deepEqual(parameter('a', 'Reference', {}), { name: 'a', valueReference: {} });
    assert.deepEqual(parameter('a', 'Resource', patient), { name: 'a', resource: patient });
  });

  it('reads what it writes', () => {
    for (const [type, value] of [
      ['Code', 'x'],
      ['Boolean', false],
      ['Integer', 0],
      ['Resource', patient],
    ] as const) {
      assert.deepEqual(parameterValue(parameter('a', type, value)), { name: 'a', type, value });
    }
  });

  it('reads parts, and a parameter with neither name nor value', () => {
    assert.deepEqual(parameterValue({ name: 'a', part: [] }), { name: 'a', type: 'part', value: [] });
    assert.deepEqual(parameterValue({ value: 1 }), { name: '' });
  });

  it('has no empty list: FHIR forbids it', () => {
    assert.deepEqual(parametersOf([]), { resourceType: 'Parameters' });
    assert.deepEqual(parametersOf([{ name: 'a' }]), { resourceType: 'Parameters', parameter: [{ name: 'a' }] });
  });

  it('leaves resources out at every depth, and all else as it is, of whatever shape', () => {
    const deep = { name: 'p', part: [{ name: 'q', resource: patient, part: [{ name: 'r', resource: patient }] }, 7] };
    const stripped = withoutResources({ resourceType: 'Parameters', parameter: [deep, null], other: 1 });
    assert.deepEqual(stripped, {
      ...{ resourceType: 'Parameters', other: 1 },
      parameter: [{ name: 'p', part: [{ name: 'q', part: [{ name: 'r' }] }, 7] }, null],
    });
    assert.deepEqual(withoutResources({ resourceType: 'Parameters', parameter: 'x' })['parameter'], 'x');
  });
});
