/** Live counts: open pages are told that their own queues changed, as long as their reader is signed in, and never what. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { createLive, type Live } from '../../src/pages/workbench/live.js';
import type { PageVisitor } from '../fixtures/page-visitor.js';
import { eachMembership, token } from '../identity/members.js';
import { actionsOf } from '../portal/desk.js';
import { Journey } from '../portal/journey.js';
import { chooseAgent, signedInAgent } from './agent.js';

/** Milliseconds within which an event arrives, and after which none does any more: two looks. */
const SOON = 5000;
const NONE = 1500;

/** The stream of events, as a browser reads it. */
class Stream {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly leaving: AbortController;
  private text = '';
  readonly over: Promise<void>;

  constructor(answer: Response, leaving: AbortController) {
    this.reader = answer.body!.getReader();
    this.leaving = leaving;
    this.over = this.read().catch(() => undefined);
  }

  static async of(browser: PageVisitor, url: string): Promise<Stream> {
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const leaving = new AbortController();
    const answer = await fetch(new URL('/workbench/events', url), { headers: { cookie }, signal: leaving.signal });
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/);
    return new Stream(answer, leaving);
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await this.reader.read();
      if (done) return;
      this.text += decoder.decode(value);
    }
  }

  /** The names of the events so far. */
  get events(): string[] {
    return [...this.text.matchAll(/^event: (.*)$/gm)].map(([, name = '']) => name);
  }

  get data(): string {
    return [...this.text.matchAll(/^data: ?(.*)$/gm)].map(([, value]) => value).join('');
  }

  async until(count: number): Promise<string[]> {
    for (let waited = 0; this.events.length < count && waited < SOON; waited += 50) await pause(50);
    return this.events;
  }

  leave(): void {
    this.leaving.abort();
  }
}

eachMembership('live counts', portal => {
  const journey = (): Journey => new Journey(portal().server, portal().storage, { ahead: 0 });
  const { ask, desk } = actionsOf(journey);
  before(() => chooseAgent(portal()));
  const question = (to = 'Organization/demo-clinical-group') =>
    ask([to], { topic: { text: token() }, payload: [{ contentString: 'Hidden?' }] });

  it('[MSG-6] [C17] a page is told of its reader’s own queues, without content; its session ends the stream', async () => {
    const { clinical } = await desk('Elsewhere');
    const browser = await signedInAgent(portal());
    const stream = await Stream.of(browser, portal().server.url);
    await stream.until(1);
    await pause(NONE);
    const before = stream.events.length;
    await question(clinical);
    await pause(NONE);
    assert.equal(stream.events.length, before, 'not told of another group');
    await question();
    assert.equal((await stream.until(before + 1)).at(-1), 'changed');
    assert.equal(stream.data, '');
    await browser.send(await browser.get('/account'), {}, '/sign-out');
    await question();
    await stream.over;
    assert.equal(stream.events.at(-1), 'ended');
    const refused = await browser.request('/workbench/events');
    assert.equal(refused.status, 403);
  });

  it('[MSG-6] the page’s own questions are no use of the session, and show counts to staff of the group alone', async () => {
    const browser = await signedInAgent(portal());
    await question();
    const group = 'Organization/demo-workflow-group';
    const live = `/workbench/live?group=${group}&known=0`;
    const told = await browser.get(live);
    assert.match(told.text, /role="status">\s*<a id="news"/);
    assert.equal((await browser.get('/workbench/live?group=Organization/absent')).status, 404);
    // The demo's idle time is half an hour at most.
    for (let minute = 0; minute < 60; minute += 10) {
      portal().world.advance(600_000);
      await browser.get(live);
    }
    assert.match((await browser.get(live)).text, /name="password"/);
  });
});

describe('live counts: many listeners', () => {
  interface Fake {
    readonly written: string[];
    ended: boolean;
    destroyed: boolean;
    writableNeedDrain: boolean;
    leave(): void;
  }
  function listener(live: Live, account: string): Fake | undefined {
    let leave = (): void => undefined;
    const fake = {
      ...{ written: [] as string[], ended: false, destroyed: false, writableNeedDrain: false },
      write: (text: string) => fake.written.push(text) > 0,
      end: () => void (fake.ended = true),
      destroy: () => void (fake.destroyed = true),
      on: (_event: string, left: () => void) => void (leave = left),
      leave: () => leave(),
    };
    const who = { ...{ account, fhirUser: account, authTime: 0, provedAt: 0, amr: [] }, session: account };
    const taken = live.open(fake as never, who, new Set(['Organization/1']));
    return taken ? fake : undefined;
  }
  let changed: Set<string> | 'all' = new Set();
  const live = createLive({
    changes: () => Promise.resolve(changed),
    isSignedIn: ({ account }) => Promise.resolve(account !== 'Practitioner/7'),
    report: error => assert.fail(String(error)),
    most: { inAll: 1000, each: 2 },
    every: { look: 20, beat: 10_000 },
  });

  it('[E10] a thousand are told once a look; who takes nothing or has left is let go; one more waits', async () => {
    const fakes = Array.from({ length: 1000 }, (_, at) => listener(live, `Practitioner/${at}`)!);
    assert.equal(listener(live, 'Practitioner/more'), undefined);
    fakes[3]!.writableNeedDrain = true;
    changed = new Set(['Organization/1']);
    while (fakes[999]!.written.length < 2) await pause(5);
    changed = new Set(['Organization/2']);
    await pause(100);
    const counts = fakes.map(({ written }) => written.length);
    await pause(100);
    assert.deepEqual(
      fakes.map(({ written }) => written.length),
      counts,
      'another group',
    );
    assert.deepEqual([fakes[3]!.destroyed, fakes[7]!.ended], [true, true]);
    for (const fake of fakes) fake.leave();
    const [first, second] = [listener(live, 'Practitioner/1'), listener(live, 'Practitioner/1')];
    assert.ok(first && second);
    assert.equal(listener(live, 'Practitioner/1'), undefined, 'a third of one person');
    live.close();
    assert.ok(first.ended && second.ended);
    first.leave();
    second.leave();
    assert.equal(listener(live, 'Practitioner/2'), undefined, 'while the process stops');
  });
});
