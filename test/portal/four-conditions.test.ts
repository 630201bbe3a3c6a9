/**
 * The four conditions of processing, each taken away, on each move: a Workbench user, with task processing, as active agent or manager,
 * of this workflow group.
 */
import assert from 'node:assert/strict';
import type { PractitionerRole, Task } from 'fhir/r4.js';
import { actionsOf, reference } from './desk.js';
import { onePortal, type Answer, type Caller, type Journey } from './journey.js';

const system: Caller = 'demo-system';

/** Moves, the moves that lead to where each can be made, and what it takes. */
type Row = readonly [name: string, before: readonly string[], parameter?: 'colleague' | 'group' | 'priority'];
const BY_AGENT: readonly Row[] = [
  ['claim', []],
  ['release', ['claim']],
  ['wait', ['claim']],
  ['resume', ['claim', 'wait']],
  ['complete', ['claim']],
  ['reopen', ['claim', 'complete']],
  ['transfer', ['claim'], 'colleague'],
];
const BY_MANAGER: readonly Row[] = [
  ['assign', [], 'colleague'],
  ['unassign', ['claim']],
  ['transfer', [], 'group'],
  ['prioritize', [], 'priority'],
];

function conditions(journey: () => Journey): void {
  const { make, desk, role, ask, itemsOf, move } = actionsOf(journey);

  async function worker(code: string, group: string) {
    const person = await make({ resourceType: 'Practitioner', active: true });
    const roles: Record<string, string> = {};
    for (const one of ['workbench-user', 'task-processing', code]) roles[one] = await role(person, one, group);
    return { person, caller: `demo-agent as ${person}`, roles };
  }

  for (const [code, rows] of [
    ['agent', BY_AGENT],
    ['manager', BY_MANAGER],
  ] as const) {
    it(`[MSG-6] by ${code}: ${rows.map(([name]) => name).join(', ')}`, async () => {
      const [here, elsewhere] = [await desk(`Four ${code}`), await desk(`Other ${code}`)];
      const { caller, roles } = await worker(code, here.workflow);
      const values = {
        colleague: [{ name: '', valueReference: reference(here.person) }],
        group: [{ name: 'to', valueReference: reference(elsewhere.workflow) }],
        priority: [{ name: 'priority', valueCode: 'asap' }],
      };
      const bodyOf = ([name, , parameter]: Row) => {
        const named = (parameter ? values[parameter] : []).map(one =>
          one.name === '' ? { ...one, name: name === 'assign' ? 'owner' : 'to' } : one,
        );
        return { resourceType: 'Parameters', ...(named.length > 0 && { parameter: named }) };
      };
      /** An item for each move, where it can be made. */
      const prepared = async (): Promise<Task[]> => {
        const items: Task[] = [];
        for (const [, before] of rows) {
          const [item] = await itemsOf(await ask([here.clinical]));
          // A manager moves what an agent has.
          for (const name of before) {
            const { status } = await move(code === 'agent' ? caller : here.caller, item!, name);
            assert.equal(status, 200, name);
          }
          items.push(item!);
        }
        return items;
      };
      const versions = (items: readonly Task[]) =>
        Promise.all(items.map(async ({ id }) => (await journey().expect(200, system, 'GET', `Task/${id}`)).text));
      const tried = async (items: readonly Task[]): Promise<Answer[]> => {
        const answers: Answer[] = [];
        for (const [at, row] of rows.entries()) answers.push(await move(caller, items[at]!, row[0], bodyOf(row)));
        return answers;
      };
      const written = async (path: string, change: Partial<PractitionerRole>): Promise<object> => {
        const { body } = await journey().expect(200, system, 'GET', path);
        await journey().expect(200, system, 'PUT', path, { ...body, ...change });
        return body;
      };
      const lacks: [of: string, change: Partial<PractitionerRole>][] = [
        ['workbench-user', { active: false }],
        ['task-processing', { period: { end: '2020-01-01' } }],
        [code, { active: false }],
        [code, { period: { start: '2090-01-01' } }],
        [code, { organization: reference(elsewhere.workflow) }],
      ];
      for (const [of, change] of lacks) {
        const items = await prepared();
        const path = roles[of] ?? assert.fail();
        const { period: _, ...whole } = (await written(path, change)) as PractitionerRole;
        // What they had may be back in the queue by now, where nobody releases or completes it.
        const before = await versions(items);
        for (const [at, { status, text }] of (await tried(items)).entries()) {
          assert.ok([403, 404, 409].includes(status), `${rows[at]?.[0]} without ${of}: ${status} ${text}`);
        }
        assert.deepEqual(await versions(items), before, of);
        const { body } = await journey().expect(200, system, 'GET', path);
        await journey().expect(200, system, 'PUT', path, { ...whole, meta: body['meta'] });
      }
      for (const [at, { status, text }] of (await tried(await prepared())).entries())
        assert.equal(status, 200, `${rows[at]?.[0]} ${text}`);
    });
  }
}

describe('the four conditions of processing', () => onePortal(conditions));
