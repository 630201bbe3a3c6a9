/** The router as a function from request to response, without a socket and without a store. */
import assert from 'node:assert/strict';
import { Fault } from '../../src/fhir/fault.js';
import type { Endpoint } from '../../src/definitions/endpoint.js';
import { createDispatch } from '../../src/router/dispatch.js';
import type { Context, Handler } from '../../src/service.js';
import { endpointOf, requestOf, routerParts } from './parts.js';

const done = { response: { status: 200, headers: {} } };

describe('router/dispatch', () => {
  it('looks up what the endpoint serves at that moment, whoever calls', async () => {
    const declared = endpointOf('Task');
    let now: Endpoint = declared;
    const { parts } = routerParts({
      served: () => Promise.resolve(now),
      interactions: { read: () => Promise.resolve(done) },
    });
    const dispatch = createDispatch(parts);
    const read = async (): Promise<number> => (await dispatch(requestOf('GET', 'Patient/1'), declared)).status;
    assert.equal(await read(), 404);
    now = endpointOf('Patient');
    assert.equal(await read(), 200);
  });

  it('serves the entries of a Bundle as the request is served that holds them, by its actor', async () => {
    const later: Context[] = [];
    const bundle: Handler = async context => {
      served = endpointOf('Task');
      const inner = await context.reentry.answer(requestOf('GET', 'Patient/1'));
      const prepared = await context.reentry.prepare(requestOf('GET', 'Patient/2'), context.store);
      return { response: { status: inner.status + prepared.response.status, headers: {} } };
    };
    const read: Handler = context => {
      later.push(context);
      return Promise.resolve(done);
    };
    let served = endpointOf('Patient');
    let tokens = 0;
    const { parts, seen } = routerParts({ served: () => served, interactions: { batch: bundle, read } });
    const { authenticate } = parts.gate;
    Object.assign(parts.gate, { authenticate: (request: never) => (tokens++, authenticate(request)) });
    const { status } = await createDispatch(parts)(requestOf('POST', ''), served);
    assert.equal(status, 400);
    assert.deepEqual([tokens, later.length], [1, 2]);
    assert.deepEqual(
      later.map(({ route }) => route.id),
      ['1', '2'],
    );
    // What is only prepared is neither answered nor audited by itself.
    assert.deepEqual(seen.answered, [200, 400]);
  });

  it('runs a handler again whose commit loses a race, and gives up some time', async () => {
    let runs = 0;
    const update: Handler = () => {
      runs++;
      return Promise.resolve({ ...done, changes: {} });
    };
    const { parts, seen } = routerParts({ interactions: { update } });
    const { guard } = parts.gate;
    let lost = 3;
    const commit = (): Promise<void> =>
      lost-- > 0 ? Promise.reject(new Fault('conflict', 'lost')) : Promise.resolve();
    Object.assign(parts.gate, { guard: (...args: Parameters<typeof guard>) => ({ ...guard(...args), commit }) });
    const dispatch = createDispatch(parts);
    const put = () => dispatch(requestOf('PUT', 'Patient/1'), endpointOf('Patient'));
    assert.equal((await put()).status, 200);
    assert.equal(runs, 4);
    lost = Infinity;
    assert.equal((await put()).status, 409);
    assert.equal(runs, 4 + 16);
    assert.deepEqual(seen.answered, [200, 409]);
  });

  it('[R57] does not commit again, nor tell of a failure, where the last step fails behind a commit', async () => {
    for (const kind of ['conflict', 'timeout'] as const) {
      let runs = 0;
      const completed = () => Promise.reject(new Fault(kind, 'too late'));
      const transaction: Handler = () => {
        runs++;
        return Promise.resolve({ ...done, changes: {}, completed });
      };
      const { parts, seen } = routerParts({ interactions: { update: transaction } });
      const { status } = await createDispatch(parts)(requestOf('PUT', 'Patient/1'), endpointOf('Patient'));
      assert.deepEqual([status, runs, seen.answered], [200, 1, [200]]);
    }
  });

  it('[F15] charges an entry once, though its transaction runs again', async () => {
    let lost = 3;
    const transaction: Handler = async context => {
      await context.reentry.prepare(requestOf('PUT', 'Patient/1', { id: 'r1.0' }), context.store);
      const read = await context.reentry.admit(requestOf('GET', 'Patient/1', { id: 'r1.1' }));
      await read.on(context.store);
      const completed = () => read.answer(undefined);
      return { ...done, changes: {}, completed };
    };
    const charged: number[] = [];
    const { parts } = routerParts({
      interactions: { batch: transaction, update: () => Promise.resolve(done), read: () => Promise.resolve(done) },
      quota: (_caller, units) => void charged.push(units),
    });
    const { guard } = parts.gate;
    const commit = (): Promise<void> =>
      lost-- > 0 ? Promise.reject(new Fault('conflict', 'lost')) : Promise.resolve();
    Object.assign(parts.gate, { guard: (...args: Parameters<typeof guard>) => ({ ...guard(...args), commit }) });
    await createDispatch(parts)(requestOf('POST', ''), endpointOf('Patient'));
    assert.equal(lost, -1);
    assert.deepEqual(charged, [0, 100, 1]);
  });

  it('audits what it refuses, with as much as is known of it', async () => {
    const { parts, seen } = routerParts({});
    Object.assign(parts.gate, { authenticate: () => Promise.reject(new Fault('unauthenticated', 'no token')) });
    const answer = await createDispatch(parts)(requestOf('GET', 'Patient/1'), endpointOf('Patient'));
    assert.equal(answer.status, 401);
    const [{ actor, action, target, status } = assert.fail()] = seen.audited;
    assert.deepEqual(
      { actor, action, target, status },
      { actor: '', action: 'read', target: 'Patient/1', status: 401 },
    );
  });

  it('answers 503 where a read cannot be audited, and says nothing of what was read', async () => {
    const full = new Error('no space');
    const read: Handler = () => Promise.resolve({ response: { status: 200, headers: { etag: 'W/"1"' } } });
    const { parts, seen } = routerParts({ interactions: { read } });
    Object.assign(parts.audit, { append: () => Promise.reject(full) });
    const answer = await createDispatch(parts)(requestOf('GET', 'Patient/1'), endpointOf('Patient'));
    assert.deepEqual([answer.status, answer.headers['etag']], [503, undefined]);
    assert.deepEqual([seen.reported, seen.answered], [[full], [503]]);
  });

  it('reports what nobody foresaw, and answers 500 without it', async () => {
    const secret = new Error('Mrs Rossi');
    const { parts, seen } = routerParts({ interactions: { read: () => Promise.reject(secret) } });
    const answer = await createDispatch(parts)(requestOf('GET', 'Patient/1'), endpointOf('Patient'));
    assert.equal(answer.status, 500);
    assert.ok(!JSON.stringify(answer).includes('Rossi'));
    assert.deepEqual([seen.reported, seen.audited.length], [[secret], 1]);
  });

  it('commits with the authority of the server where the result says why, and audits the reason', async () => {
    const create: Handler = () => Promise.resolve({ ...done, changes: {}, asSystem: 'claim' });
    const { parts, seen } = routerParts({ interactions: { create } });
    const refused = (): Promise<void> => Promise.reject(new Fault('forbidden', 'not theirs'));
    Object.assign(parts.gate, { guard: () => ({ commit: refused }) });
    const post = requestOf('POST', 'Patient');
    assert.equal((await createDispatch(parts)(post, endpointOf('Patient'))).status, 200);
    assert.deepEqual([seen.commits, seen.audited[0]?.reasons], [1, ['claim']]);
  });
});
