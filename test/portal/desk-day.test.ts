/**
 * A desk's day, by the program itself: patients ask, agents answer, the virus scanner is down, the process is killed twice, agents
 * leave, work becomes overdue. Nothing is lost, nothing answered twice, nothing seen by the wrong group.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Binary, Communication, Practitioner, Task } from 'fhir/r4.js';
import { FakeClamd } from '../fixtures/fake-clamd.js';
import { samples } from '../fixtures/samples.js';
import { Clinic, textOf, type Agent, type Group, type Question } from './clinic.js';
import { reference } from './desk.js';

const PATIENTS = samples(8, 2000);
const QUESTIONS = samples(12, 200);
const GROUPS = samples(2, 5);
/** Agents of each group beside its manager. */
const AGENTS = 2;
const DUE_HOURS = 2;
/** Lives of the process after which more than these hours have passed. */
const AFTERNOON = 60;
/** Milliseconds. */
const LONGEST = 60_000;
/** Items that each group leaves to the afternoon. */
const LEFT = 3;
const SYSTEM = 'demo-system';
/** Of a file. */
const TEXT = 'What the label of the medicine says';

const nothing = async (): Promise<void> => undefined;

describe('a desk’s day', function () {
  this.timeout(3_600_000);
  const folder = mkdtempSync(join(tmpdir(), 'portico-desk-'));
  const scanner = new FakeClamd();
  const clinic = new Clinic(folder, scanner);
  const groups: Group[] = [];
  let questions: Question[] = [];
  let file = '';
  before(() => scanner.start());
  after(async () => {
    await clinic.kill();
    await scanner.stop();
    rmSync(folder, { recursive: true });
  });

  /** One after the other by a few at once, until done or until the program is gone. Resolves with what was not acknowledged. */
  async function each<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<T[]> {
    const waiting = [...all];
    const lost: T[] = [];
    const worker = async (): Promise<void> => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        try {
          await work(one);
        } catch (error) {
          if (!(error instanceof TypeError)) throw error;
          lost.push(one);
        }
      }
    };
    await Promise.all([worker(), worker(), worker()]);
    return lost;
  }

  /** The program dies when this has been done so often. */
  function dying<T>(work: (one: T) => Promise<void>, after: number): (one: T) => Promise<void> {
    let done = 0;
    return async one => {
      await work(one);
      if (++done === after) await clinic.kill();
    };
  }

  const queued = ({ workflow }: Group): string => `Task?queue=${workflow}$ready&_sort=queue-order,authored-on`;
  const held = ({ workflow }: Group, { person }: Agent): string => `Task?queue=${workflow}$in-progress&owner=${person}`;
  const agentsAt = (): { group: Group; agent: Agent }[] =>
    groups.flatMap(group => group.agents.map(agent => ({ group, agent })));

  /** An agent finishes what is theirs, then takes from the queue until so many are left in it. */
  async function works(
    group: Group,
    agent: Agent,
    leave: number,
    answered: (item: Task) => Promise<void>,
  ): Promise<void> {
    const finish = async (item: Task): Promise<void> => {
      // Who comes back to it after the program was gone sees whether it is answered.
      if ((item.output ?? []).length === 0) await clinic.answer(agent, item, `Answer to ${item.id}`);
      await answered(item);
      await clinic.expect(200, agent.caller, 'POST', `Task/${item.id}/$complete`);
    };
    for (const item of await clinic.find<Task>(agent.caller, held(group, agent))) await finish(item);
    for (;;) {
      const found = await clinic.find<Task>(agent.caller, queued(group));
      const item = found[0];
      if (!item || found.length <= leave) return;
      const { status } = await clinic.call(agent.caller, 'POST', `Task/${item.id}/$claim`);
      assert.ok(status === 200 || status === 409, String(status));
      if (status === 200) await finish(item);
    }
  }

  it('[MSG-5] the morning: patients ask; the process is killed, and who got no answer looks, and asks again', async () => {
    scanner.behaviour = 'down';
    await clinic.open(0);
    for (let at = 0; at < GROUPS; at++) groups.push(await clinic.group(at, AGENTS, DUE_HOURS));
    const patients = await clinic.patients(PATIENTS);
    questions = Array.from({ length: QUESTIONS }, (_, at) => ({
      ...(patients[(at * 7) % PATIENTS] ?? assert.fail()),
      text: `Question ${at} of the day`,
      group: groups[at % GROUPS] ?? assert.fail(),
    }));
    const [first = assert.fail()] = questions;
    const photo = { resourceType: 'Binary', contentType: 'text/plain', data: Buffer.from(TEXT).toString('base64') };
    const held = await clinic.expect<Binary>(201, first.caller, 'POST', 'Binary', photo);
    file = `Binary/${held.id}`;
    questions[0] = { ...first, file };
    const ask = (question: Question): Promise<void> => clinic.ask(question);
    const lost = await each(questions, dying(ask, QUESTIONS >> 1));
    assert.ok(lost.length > 0);
    await clinic.open(1);
    const there = new Set((await clinic.messages()).map(textOf));
    const acknowledged = questions.filter(one => !lost.includes(one));
    for (const { text } of acknowledged) assert.ok(there.has(text), text);
    assert.deepEqual(
      await each(
        lost.filter(({ text }) => !there.has(text)),
        ask,
      ),
      [],
    );
  });

  it('[MSG-6] noon: agents answer; the process is killed again; two of them leave, what they had goes back, and what somebody has who is ill', async () => {
    const kill = dying(nothing, QUESTIONS >> 2);
    const lost = await each(agentsAt(), ({ group, agent }) => works(group, agent, LEFT, kill));
    assert.ok(lost.length > 0);
    scanner.behaviour = 'works';
    await clinic.open(2);
    assert.deepEqual(await each(agentsAt(), ({ group, agent }) => works(group, agent, LEFT, nothing)), []);
    const [first, second] = [groups[0] ?? assert.fail(), groups[1] ?? assert.fail()];
    const [leaver, gone] = [first.agents[0] ?? assert.fail(), second.agents[0] ?? assert.fail()];
    for (const [group, { caller }] of [
      [first, leaver],
      [second, gone],
    ] as const) {
      const [item] = await clinic.find<Task>(caller, queued(group));
      await clinic.expect(200, caller, 'POST', `Task/${item?.id}/$claim`);
    }
    await clinic.expect(200, first.manager.caller, 'POST', `${leaver.role}/$remove-agent`);
    const person = await clinic.expect<Practitioner>(200, SYSTEM, 'GET', gone.person);
    await clinic.expect(200, SYSTEM, 'PUT', gone.person, { ...person, active: false });
    assert.equal(await clinic.count(SYSTEM, held(second, gone)), 0, 'work of who is inactive goes back by itself');
    const ill = second.agents[1] ?? assert.fail();
    const [theirs] = await clinic.find<Task>(ill.caller, queued(second));
    await clinic.expect(200, ill.caller, 'POST', `Task/${theirs?.id}/$claim`);
    const back = {
      resourceType: 'Parameters',
      parameter: [{ name: 'practitioner', valueReference: reference(ill.person) }],
    };
    await clinic.expect(200, second.manager.caller, 'POST', `${second.workflow}/$take-back`, back);
    assert.equal(await clinic.count(SYSTEM, held(second, ill)), 0);
    for (const [group, agent] of [
      [first, leaver],
      [second, gone],
    ] as const) {
      assert.equal(await clinic.count(SYSTEM, held(group, agent)), 0);
      assert.notEqual((await clinic.call(agent.caller, 'GET', queued(group))).status, 500);
      const [item] = await clinic.find<Task>(SYSTEM, queued(group));
      assert.notEqual((await clinic.call(agent.caller, 'POST', `Task/${item?.id}/$claim`)).status, 200);
    }
  });

  it('[MSG-6] the afternoon: what is left is overdue, and its managers are told once of each', async () => {
    const open = 'Task?status=ready,in-progress&code=workbench';
    await clinic.kill();
    await clinic.open(AFTERNOON);
    const late = await clinic.count(SYSTEM, open);
    assert.ok(late >= GROUPS, String(late));
    const told = async (): Promise<number> => {
      const each = await Promise.all(groups.map((_, at) => clinic.overdueMails(`manager${at}@clinic.example.org`)));
      return each.reduce((sum, one) => sum + one, 0);
    };
    const deadline = Date.now() + LONGEST;
    while (Date.now() < deadline && (await told()) < late) await pause(200);
    assert.equal(await told(), late);
    const { data } = await clinic.expect<Binary>(200, groups[0]?.manager.caller ?? '', 'GET', `${file}?_format=json`);
    assert.equal(Buffer.from(data ?? '', 'base64').toString(), TEXT, 'it is scanned by now');
    const other = await clinic.call(groups[1]?.manager.caller ?? '', 'GET', `${file}?_format=json`);
    assert.equal(other.status, 404);
    assert.equal(await clinic.count(SYSTEM, `${open}&escalated:missing=false&priority=urgent`), late);
  });

  it('[MSG-6] [E03] the evening: all is answered once, and nobody has seen what is not theirs', async () => {
    for (const { group, agent } of [...agentsAt(), ...groups.map(group => ({ group, agent: group.manager }))]) {
      if ((await clinic.call(agent.caller, 'GET', queued(group))).status !== 200) continue;
      if ((await clinic.count(agent.caller, `Task?workflow-group=${group.workflow}`)) === 0) continue;
      await works(group, agent, 0, nothing);
    }
    const messages = await clinic.messages();
    const asked = messages.filter(({ inResponseTo }) => inResponseTo === undefined);
    assert.deepEqual(asked.map(textOf).sort(), questions.map(({ text }) => text).sort());
    const answers = Map.groupBy(
      messages.filter(({ inResponseTo }) => inResponseTo !== undefined),
      ({ inResponseTo = [] }) => inResponseTo[0]?.reference,
    );
    for (const { id } of asked) assert.equal(answers.get(`Communication/${id}`)?.length, 1, id);
    for (const group of groups) {
      const theirs = questions.filter(one => one.group === group);
      assert.equal(await clinic.count(SYSTEM, `Task?queue=${group.workflow}$completed`), theirs.length);
      assert.equal(await clinic.count(SYSTEM, `Task?workflow-group=${group.workflow}`), theirs.length);
      const { caller } = group.manager;
      for (const other of groups) {
        const seen = await clinic.count(caller, `Task?workflow-group=${other.workflow}`);
        assert.equal(seen, other === group ? theirs.length : 0);
      }
      const read = (await clinic.find<Communication>(caller, 'Communication?category:not=notification'))
        .filter(({ inResponseTo }) => inResponseTo === undefined)
        .map(textOf);
      assert.deepEqual(read.sort(), theirs.map(({ text }) => text).sort());
    }
    for (const { caller, patient } of questions.slice(0, 20)) {
      const own = questions.filter(one => one.patient === patient).map(({ text }) => text);
      const seen = await clinic.find<Communication>(caller, `Communication?subject=${patient}`);
      assert.equal(seen.length, 2 * own.length);
      assert.deepEqual(
        seen
          .map(textOf)
          .filter(text => text.startsWith('Question'))
          .sort(),
        own.sort(),
      );
    }
  });
});
