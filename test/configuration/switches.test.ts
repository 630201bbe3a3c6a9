/** Every switch of the portal, on and off, over HTTP: each way to use what it governs. */
import assert from 'node:assert/strict';
import { settings } from '../../src/configuration/settings.table.js';
import type { SwitchName } from '../../src/configuration/settings.table.js';
import { eachPortal, issue, type Answer } from '../portal/journey.js';
import { callsOf, messageOf, patient, setUp, type Given } from './switch-calls.js';
import { turning } from './turning.js';

const flags = Object.entries(settings).filter(([, { type }]) => type === 'boolean');

/** The answer of the one entry where the call was wrapped in a Bundle. */
function statusOf({ status, body }: Answer): { status: number; outcome: unknown } {
  const [entry] = (body['entry'] ?? []) as { response: { status: string; outcome?: unknown } }[];
  if (body.resourceType !== 'Bundle' || status !== 200 || body['type'] !== 'batch-response')
    return { status, outcome: body };
  return { status: Number(entry?.response.status.slice(0, 3)), outcome: entry?.response.outcome };
}

describe('the switches of the portal', () => {
  it('[RN-24] are all here, those of the table and no other', () => {
    assert.deepEqual(Object.keys(callsOf).sort(), flags.map(([name]) => name).sort());
  });

  eachPortal(journey => {
    const turn = turning(journey);
    let given: Given;
    before(async () => {
      given = await setUp(journey());
    });

    for (const [name, calls] of Object.entries(callsOf))
      it(`[RN-24] [RN-12] [MSG-1] [MSG-14] ${name}: each use answers 403 while it is off and works while it is on, with the next request`, async () => {
        for (const [way, call] of Object.entries(calls)) {
          // What a use needs is there before the switch is off.
          const prepared = await call(given, journey());
          await turn(name as SwitchName);
          const off = await journey().call(...prepared);
          const { status, outcome } = statusOf(off);
          assert.equal(status, 403, `${name} ${way}: ${off.text}`);
          const refused = issue({ ...off, body: outcome as Answer['body'] });
          assert.equal(refused.code, 'forbidden', `${name} ${way}`);
          assert.match(JSON.stringify(outcome), /organization has switched this function of the portal off/);
          await turn();
          const on = await journey().call(...prepared);
          assert.ok(statusOf(on).status < 300, `${name} ${way}: ${on.text}`);
        }
      });

    it('[RN-24] one switch that is off leaves the others as they are', async () => {
      for (const [name] of flags) {
        await turn(name as SwitchName);
        for (const [other, calls] of Object.entries(callsOf)) {
          const both = name === 'provider-messages' && (other === 'group-sender' || other === 'personal-messages');
          if (other === name || both || !('plain' in calls)) continue;
          const use = await calls['plain'](given, journey());
          const { status, text } = await journey().call(...use);
          assert.ok(status < 300, `${name} is off, ${other} answers ${status} ${text}`);
        }
      }
      await turn();
    });

    it('[RN-12] a message is retracted while its function is off, and work items are answered', async () => {
      await turn();
      const message = messageOf('medical', { subject: patient });
      const { body } = await journey().expect(201, 'demo-clinician', 'POST', 'Communication', message);
      const answered = await journey().expect(201, 'demo-patient', 'POST', 'Communication', given.question('medical'));
      const focus = `Communication/${String(answered.body.id)}`;
      const work = await journey().expect(200, 'demo-agent', 'GET', `Task?focus=${focus}`);
      const [task] = work.body['entry'] as { resource: { id: string } }[];
      const about = { reference: `Task/${task?.resource.id}` };
      await journey().expect(200, 'demo-agent', 'POST', `${about.reference}/$claim`);
      await turn('provider-messages');
      const answer = messageOf('medical', { subject: patient, basedOn: [about] });
      await journey().expect(201, 'demo-agent', 'POST', 'Communication', answer);
      const retracted = { ...body, status: 'entered-in-error' };
      await journey().expect(200, 'demo-clinician', 'PUT', `Communication/${String(body.id)}`, retracted);
      await turn();
    });

    it('[RN-24] systems keep their data up to date whatever is off', async () => {
      await turn(...flags.map(([name]) => name as SwitchName));
      await journey().expect(200, 'demo-system', 'GET', given.document);
      const sender = { reference: 'Organization/demo-clinical-group' };
      const message = messageOf('medical', { subject: patient, sender });
      await journey().expect(201, 'demo-system', 'POST', 'Communication', message);
      await turn();
    });

    it('[RN-24] a switch changes nothing in the statement of the endpoint', async () => {
      const statement = async () => (await journey().expect(200, '', 'GET', 'metadata')).text;
      const before = await statement();
      await turn(...flags.map(([name]) => name as SwitchName));
      assert.equal(await statement(), before);
      await turn();
    });
  });
});
