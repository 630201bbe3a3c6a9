/** Output of operations against their definitions: types and counts, parts included. What is wrong is a defect of the handler. */
import assert from 'node:assert/strict';
import type { Definitions } from '../../../src/definitions/definitions.js';
import { Fault } from '../../../src/fhir/fault.js';
import type { JsonObject, Resource } from '../../../src/fhir/resource.js';
import { createOperationTable } from '../../../src/router/stages/operation.js';
import type { Context, Operation, Values } from '../../../src/service.js';
import { validator } from '../../validate/validator-fixture.js';

const definition = 'urn:example:operation';

/** The answer of an operation whose handler gives this. */
async function answer(parameter: JsonObject[], output: Values): Promise<Resource> {
  const operation: Operation = { definition, handler: async () => ({ output }) };
  const declared = { resourceType: 'OperationDefinition', parameter: parameter.map(one => ({ use: 'out', ...one })) };
  const definitions = { operation: () => declared } as unknown as Definitions;
  const route = { operation: { name: 'x', definition, level: 'system' } };
  const context = { route, warnings: [] } as unknown as Context;
  const { response } = await createOperationTable([operation], definitions, validator).run({}, context);
  assert.ok(response.body?.kind === 'resource');
  return response.body.resource;
}

const isDefect = (error: unknown): boolean => error instanceof Error && !(error instanceof Fault);
const refused = (parameter: JsonObject[], output: Values): Promise<void> =>
  assert.rejects(answer(parameter, output), isDefect, JSON.stringify(output));

const one = (type: string, more: JsonObject = {}): JsonObject => ({ name: 'x', min: 1, max: '1', type, ...more });

describe('output of operations', () => {
  it('is answered under the names and types of the definition', async () => {
    const several = [one('code'), one('Coding', { name: 'y', max: '*' }), one('Element', { name: 'z', min: 0 })];
    const given = { x: 'a', y: [{ code: 'b' }, { code: 'c' }], z: { valueInteger: 1 } };
    assert.deepEqual(await answer(several, given), {
      resourceType: 'Parameters',
      parameter: [
        { name: 'x', valueCode: 'a' },
        { name: 'y', valueCoding: { code: 'b' } },
        { name: 'y', valueCoding: { code: 'c' } },
        { name: 'z', valueInteger: 1 },
      ],
    });
    const patient = { resourceType: 'Patient', id: 'p' };
    assert.deepEqual(await answer([one('Patient', { name: 'return' })], { return: patient }), patient);
  });

  it('has the types that are declared', async () => {
    for (const [type, ...wrong] of [
      ['date', '2024-02-30', 'soon', 1],
      ['positiveInt', 0, '1'],
      ['code', ' a', ''],
      ['boolean', 'true'],
      ['Coding', { colour: 'red' }, 'a', { resourceType: 'Patient' }],
      ['Patient', { resourceType: 'Person' }, 'a', {}],
      ['Element', {}, 'a', { valueDate: 'soon' }, { colour: 'red' }],
    ] as const) {
      for (const value of wrong) await refused([one(type)], { x: value });
    }
  });

  it('is there as often as is declared, and nothing else is', async () => {
    await refused([one('code')], {});
    await refused([one('code')], { x: ['a', 'b'] });
    await refused([one('code', { max: '2' })], { x: ['a', 'b', 'c'] });
    await refused([one('code')], { x: 'a', y: 'b' });
    await refused([one('Patient', { name: 'return' })], {});
  });

  it('has parts that are checked in the same way', async () => {
    const part = [
      { name: 'day', min: 1, max: '1', type: 'date' },
      { name: 'tag', min: 0, max: '1', type: 'string' },
    ];
    const parted = [{ name: 'x', min: 0, max: '*', part }];
    assert.deepEqual(await answer(parted, { x: [{ day: '2024-01-01' }] }), {
      resourceType: 'Parameters',
      parameter: [{ name: 'x', part: [{ name: 'day', valueDate: '2024-01-01' }] }],
    });
    await refused(parted, { x: [{ day: 'soon' }] });
    await refused(parted, { x: [{}] });
    await refused(parted, { x: [{ day: '2024-01-01', tag: ['a', 'b'] }] });
    await refused(parted, { x: [{ day: '2024-01-01', night: 1 }] });
  });
});
