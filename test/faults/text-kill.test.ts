/**
 * The program with a gateway of text messages: killed at any moment between the commit of a notice and the mark that it was sent, it
 * loses none; what the gateway has already comes again under the same key, by which a gateway knows it. Nothing that it prints is secret.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bundle } from 'fhir/r4.js';
import type { ChildServer } from '../fixtures/child-server.js';
import { startOtherServer, type OtherServer } from '../fixtures/http-server.js';
import { mortalServer } from '../fixtures/mortal-server.js';
import { samples } from '../fixtures/samples.js';

const KILLS = samples(6, 100);
/** Milliseconds. */
const LONGEST = 30_000;
const SECRET = 'canary-of-the-gateway';

/** The end of a round, by what the gateway has done. */
type Moment = 'committed' | 'received' | 'answered';
const MOMENTS: readonly Moment[] = ['committed', 'received', 'answered'];

interface Text {
  readonly to: string;
  readonly key: string;
  /** Which process sent it. */
  readonly life: number;
}

describe('faults: text messages under kill -9', function () {
  this.timeout(3_600_000);
  const folder = mkdtempSync(join(tmpdir(), 'portico-texts-'));
  const program = mortalServer(folder);
  const texts: Text[] = [];
  let gateway: OtherServer;
  let printed = '';
  let round = 0;
  /** The gateway has the text, and its answer never comes. */
  let silent = false;
  let onText = (_moment: Moment): void => {};

  before(async () => {
    gateway = await startOtherServer(({ body, headers }, response) => {
      texts.push({ to: (JSON.parse(body) as { to: string }).to, key: String(headers['idempotency-key']), life: round });
      onText('received');
      if (!silent) response.end('{}', () => onText('answered'));
    });
    const headers = { 'Idempotency-Key': '{{ id }}', Authorization: SECRET };
    const json = { to: '{{ to }}', text: '{{ text }}' };
    writeFileSync(join(folder, 'sms.json'), JSON.stringify({ kind: 'http', url: gateway.url, headers, json }));
  });
  after(async () => {
    program.end();
    await gateway.close();
    rmSync(folder, { recursive: true });
  });

  const start = (): Promise<ChildServer> => program.start(round, { PORTICO_SMS: join(folder, 'sms.json') });

  /** Resolves with the number that an invitation goes to. */
  async function invite(server: ChildServer): Promise<string> {
    const phone = `+1212555${1000 + round}`;
    const name = String(round).replace(/\d/g, digit => 'abcdefghij'[Number(digit)] ?? '');
    const parameter = [
      { name: 'family', valueString: `Newcomer ${name}` },
      { name: 'birthDate', valueDate: `19${50 + (round % 50)}-02-03` },
      { name: 'phone', valueString: phone },
    ];
    const answer = await program.call(server, 'POST', 'Patient/$invite', {
      resourceType: 'Parameters',
      parameter,
    });
    assert.equal(answer.status, 201, await answer.text());
    return phone;
  }

  /** One life of the server, up to its death at this moment. */
  async function live(moment: Moment): Promise<string> {
    const server = await start();
    silent = moment === 'received';
    let acknowledge = (): void => {};
    const acknowledged = new Promise<void>(resolve => (acknowledge = resolve));
    const killed = new Promise<void>(resolve => {
      onText = at => {
        if (at !== moment) return;
        void acknowledged.then(() => server.child.kill('SIGKILL')).then(() => resolve());
      };
    });
    const invited = await invite(server);
    acknowledge();
    if (moment === 'committed') server.child.kill('SIGKILL');
    else await Promise.race([killed, pause(LONGEST)]);
    await server.ended;
    printed += server.printed();
    onText = () => {};
    silent = false;
    return invited;
  }

  async function sent(server: ChildServer): Promise<number | undefined> {
    const answer = await program.call(server, 'GET', 'Task?delivery-state=sent&_summary=count');
    return ((await answer.json()) as Bundle).total;
  }

  it(`[R02] [R19] [PC-2] killed ${KILLS} times, it loses no text message, and each has one key`, async () => {
    const invited: string[] = [];
    for (; round < KILLS; round++) invited.push(await live(MOMENTS[round % MOMENTS.length]!));
    const server = await start();
    const deadline = Date.now() + LONGEST;
    while (Date.now() < deadline && (await sent(server)) !== invited.length) await pause(100);
    assert.equal(await sent(server), invited.length);
    const byNumber = Map.groupBy(texts, ({ to }) => to);
    assert.deepEqual([...byNumber.keys()].sort(), invited.sort());
    for (const [to, all] of byNumber) assert.equal(new Set(all.map(({ key }) => key)).size, 1, to);
    assert.equal(new Set(texts.map(({ key }) => key)).size, invited.length);
    assert.ok(texts.length > invited.length, 'what a process could not mark comes again');
    assert.equal(new Set(texts.map(({ key, life }) => `${life} ${key}`)).size, texts.length, 'once from each process');
    printed += server.printed();
    for (const secret of [SECRET, '+1212555', 'invitation#']) assert.ok(!printed.includes(secret), secret);
  });
});
