import assert from 'node:assert/strict';
import supertest from 'supertest';
import { testApp } from './harness.js';

const ready = (change: Parameters<typeof testApp>[1]) => supertest(testApp(undefined, change).app).get('/health/ready');

describe('http/health', () => {
  it('is alive whatever it depends on', async () => {
    const { app } = testApp(undefined, { readiness: () => Promise.resolve({ store: false }) });
    await supertest(app).get('/health/live').expect(200, { status: 'pass' });
  });

  it('is ready when everything is, and says what is not', async () => {
    await ready({}).expect(200, { status: 'pass', checks: { store: true, running: true } });
    const failing = await ready({ readiness: () => Promise.resolve({ store: true, mail: false }) }).expect(503);
    assert.deepEqual(failing.body, { status: 'fail', checks: { store: true, mail: false, running: true } });
    await ready({ readiness: () => Promise.reject(new Error('x')) }).expect(503);
  });

  it('is not ready while it stops', async () => {
    await ready({ draining: () => true }).expect(503, { status: 'fail', checks: { store: true, running: false } });
  });
});
