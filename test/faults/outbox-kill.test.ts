/**
 * A notice survives the death of the process at any moment between its commit and the mark that it was sent. What the mail server
 * has, and the process could not mark any more, goes there once more under the same Message-ID: SMTP cannot tell (RFC 1047).
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import type { Bundle, Parameters } from 'fhir/r4.js';
import type { ChildServer } from '../fixtures/child-server.js';
import { mortalServer } from '../fixtures/mortal-server.js';
import { samples } from '../fixtures/samples.js';

const KILLS = samples(10, 100);
/** Invitations of a round. */
const EACH = 3;
/** Milliseconds. */
const LONGEST = 30_000;

/** The moment of a round's end. */
type Moment = 'committed' | 'a while later' | 'message received' | 'message taken';
const MOMENTS: readonly Moment[] = ['committed', 'message received', 'a while later', 'message taken'];

interface Copy {
  readonly to: string;
  readonly id: string;
  readonly round: number;
}

describe('faults: the outbox under kill -9', function () {
  this.timeout(3_600_000);
  const folder = mkdtempSync(join(tmpdir(), 'portico-outbox-'));
  const program = mortalServer(folder);
  const copies: Copy[] = [];
  let round = 0;
  let onMessage = (_moment: Moment): void => {};

  const mails = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const id = /^message-id:\s*(<[^>]+>)/im.exec(Buffer.concat(chunks).toString())?.[1] ?? assert.fail();
        copies.push({ to: session.envelope.rcptTo[0]?.address ?? '', id, round });
        onMessage('message received');
        done();
        onMessage('message taken');
      });
    },
  });

  // The connections of a process that is killed are reset.
  mails.on('error', () => undefined);
  before(() => new Promise<void>(resolve => mails.listen(0, '127.0.0.1', resolve)));
  after(async () => {
    program.end();
    await new Promise<void>(resolve => mails.close(() => resolve()));
    rmSync(folder, { recursive: true });
  });

  function start(): Promise<ChildServer> {
    const { port } = mails.server.address() as AddressInfo;
    return program.start(round, { PORTICO_LOG_LEVEL: 'error', PORTICO_SMTP_URL: `smtp://127.0.0.1:${port}` });
  }

  const invitee = (at: number): string => `newcomer.${round}.${at}@example.org`;

  async function invite(server: ChildServer, at: number): Promise<string> {
    const parameter = [
      { name: 'family', valueString: `Newcomer${'x'.repeat(round % 50)}` },
      { name: 'birthDate', valueDate: '1980-02-03' },
      { name: 'email', valueString: invitee(at) },
    ];
    const answer = await program.call(server, 'POST', 'Patient/$invite', {
      resourceType: 'Parameters',
      parameter,
    });
    assert.equal(answer.status, 201, await answer.text());
    return invitee(at);
  }

  /** One life of the server, up to its death at this moment; the addresses of the invitations that it acknowledged. */
  async function live(moment: Moment): Promise<string[]> {
    const server = await start();
    const killed = new Promise<void>(resolve => {
      onMessage = at => {
        if (at !== moment) return;
        server.child.kill('SIGKILL');
        resolve();
      };
    });
    // One that the death of the process cut off may be there or not.
    const calls = await Promise.allSettled(Array.from({ length: EACH }, (_, at) => invite(server, at)));
    const sent = calls.flatMap(one => (one.status === 'fulfilled' ? one.value : []));
    const broken = calls.flatMap(one => (one.status === 'rejected' ? (one.reason as Error) : []));
    assert.ok(
      broken.every(error => error instanceof TypeError),
      String(broken[0]),
    );
    if (moment === 'a while later') await pause(Math.random() * 600);
    if (moment === 'committed' || moment === 'a while later') server.child.kill('SIGKILL');
    else await Promise.race([killed, pause(LONGEST)]);
    await server.ended;
    onMessage = () => {};
    return sent;
  }

  /** Notices that wait, that came to nothing, or that their Task does not show yet. */
  async function waiting(server: ChildServer): Promise<number> {
    const listed = await program.call(server, 'GET', '$deliveries?state=queued&state=dead&state=failed');
    const { parameter = [] } = (await listed.json()) as Parameters;
    const queued = await program.call(server, 'GET', 'Task?delivery-state=queued&_summary=count');
    const { total = 0 } = (await queued.json()) as Bundle;
    return parameter.filter(({ name }) => name === 'delivery').length + total;
  }

  it(`[R02 fault] [R19 fault] [R21 fault] killed ${KILLS} times between commit and send, it loses no notice, and sends none twice that it could mark`, async () => {
    const invited: string[] = [];
    for (; round < KILLS; round++) invited.push(...(await live(MOMENTS[round % MOMENTS.length]!)));
    const server = await start();
    const deadline = Date.now() + LONGEST;
    while (Date.now() < deadline && (await waiting(server)) > 0) await pause(100);
    assert.equal(await waiting(server), 0);
    const byAddress = Map.groupBy(copies, ({ to }) => to);
    for (const to of invited) assert.ok(byAddress.has(to), `${to}: every acknowledged invitation arrives`);
    const shown = await program.call(server, 'GET', 'Task?delivery-state=sent&_summary=count');
    assert.equal(((await shown.json()) as Bundle).total, byAddress.size, 'each Task shows it');
    for (const [to, all] of byAddress) {
      assert.equal(new Set(all.map(({ id }) => id)).size, 1, `${to}: the same Message-ID`);
      assert.equal(new Set(all.map(one => one.round)).size, all.length, `${to}: once in the life of a process`);
    }
    const again = copies.length - byAddress.size;
    assert.ok(again > 0 && again <= KILLS * EACH, `${again} copies of what a process could not mark`);
  });
});
