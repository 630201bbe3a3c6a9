/** The audit log: chained, grouped, sealed exactly once, and failing closed. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAudit, type ClosableAudit } from '../../src/observe/audit.js';
import { START, verifyChain } from '../../src/observe/audit-chain.js';
import { auditEvent } from '../../src/observe/audit-event.js';
import { loadDefinitions } from '../../src/definitions/load.js';
import { createValidator } from '../../src/validate/validator.js';
import { Fault } from '../../src/fhir/fault.js';
import type { Resource } from '../../src/fhir/resource.js';
import type { AuditEntry } from '../../src/service.js';
import { NOW, PARTITION, portal, put, type Portal } from '../access/fixture.js';

const entry = (request: string, extra: Partial<AuditEntry> = {}): AuditEntry => ({
  at: NOW,
  request,
  actor: 'Person/1',
  client: 'app',
  action: 'read',
  target: 'Communication/m',
  patients: ['1'],
  status: 200,
  ...extra,
});

const MINUTE = 60_000;

describe('audit', () => {
  let folder: string;
  let storage: Portal;
  let serial: number;
  let now: number;
  const opened: ClosableAudit[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'portico-audit-'));
    storage = await portal();
    serial = 0;
    now = NOW;
  });
  afterEach(() => {
    for (const audit of opened.splice(0)) audit.close();
    rmSync(folder, { recursive: true });
  });

  /** The audit of one more process. */
  function open(
    commit = (changes: Parameters<Portal['store']['commit']>[0]) => storage.store.commit(changes),
  ): ClosableAudit {
    const parts = { clock: { now: () => now }, ids: { next: () => `id-${++serial}` } };
    const audit = openAudit(parts, {
      folder,
      records: storage.records,
      put: event => put(event as Resource & { id: string }),
      commit,
    });
    opened.push(audit);
    return audit;
  }

  async function events(): Promise<Resource[]> {
    const { rows } = await storage.store.scan(PARTITION, 'AuditEvent', 10_000);
    return rows.map(({ json }) => JSON.parse(json) as Resource);
  }
  const requests = async () =>
    (await events()).map(event => /"identifier":\{"value":"([^"]+)"/.exec(JSON.stringify(event))?.[1]).sort();
  const files = () => readdirSync(folder).sort();
  const linesOf = (file: string) => readFileSync(join(folder, file), 'utf8').trim().split('\n');

  it('appends before it resolves, all of one turn together', async () => {
    const audit = open();
    const first = audit.append(entry('1'));
    assert.equal(audit.append(entry('2')), first);
    await first;
    assert.equal(files().length, 1);
    assert.equal(linesOf(files()[0] ?? '').length, 2);
    await audit.append(entry('3'));
    assert.equal(linesOf(files()[0] ?? '').length, 3);
  });

  it('writes what waits when it closes, once', async () => {
    const audit = open();
    const waiting = audit.append(entry('1'));
    audit.close();
    await waiting;
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(files().length, 1);
    assert.equal(linesOf(files()[0] ?? '').length, 1);
  });

  it('[H05] the chain names the first line that was edited, taken out or moved', async () => {
    const audit = open();
    for (const request of ['1', '2', '3', '4']) await audit.append(entry(request));
    const file = join(folder, files()[0] ?? '');
    const lines = linesOf(files()[0] ?? '');
    const [one = '', two = '', three = '', four = ''] = lines;
    const report = async (...changed: string[]) => {
      writeFileSync(file, `${changed.join('\n')}\n`);
      return verifyChain(file);
    };
    const whole = await report(...lines);
    assert.deepEqual([whole.lines, whole.brokenAt], [4, undefined]);
    assert.ok(four.includes(whole.chain));
    assert.equal((await report(one, two.replace('"2"', '"9"'), three, four)).brokenAt, 2);
    assert.equal((await report(one, three, four)).brokenAt, 2);
    assert.equal((await report(one, two, four, three)).brokenAt, 3);
    assert.equal((await report(two, three, four)).brokenAt, 1);
    assert.equal((await report(one, two, 'x', three)).brokenAt, 3);
    const cut = await report(one, two, three);
    assert.equal(cut.brokenAt, undefined);
    assert.notEqual(cut.chain, whole.chain);
    assert.deepEqual(await verifyChain('/dev/null'), { lines: 0, chain: START });
  });

  it('seals every entry once, of dead and of other processes too', async () => {
    const [dead, other, own] = [open(), open(), open()];
    await Promise.all([dead.append(entry('a1')), dead.append(entry('a2')), other.append(entry('b1'))]);
    dead.close();
    await Promise.all([own.seal(), other.seal(), own.seal()]);
    assert.deepEqual(await requests(), ['a1', 'a2', 'b1']);
    await other.append(entry('b2'));
    await own.append(entry('c1'));
    await open().seal();
    assert.deepEqual(await requests(), ['a1', 'a2', 'b1', 'b2', 'c1']);
  });

  it('seals many entries in several commits', async () => {
    const sizes: number[] = [];
    const audit = open(changes => {
      sizes.push(changes.puts?.length ?? 0);
      return storage.store.commit(changes);
    });
    await Promise.all(Array.from({ length: 241 }, (_, index) => audit.append(entry(`é${index}`))));
    await audit.seal();
    assert.equal(new Set(await requests()).size, 241);
    assert.deepEqual(sizes, [100, 100, 41]);
  });

  it('[R32 fault] the end of the process does not wait until all is sealed', async () => {
    let commits = 0;
    const audit = open(changes => {
      commits++;
      audit.close();
      return storage.store.commit(changes);
    });
    await Promise.all(Array.from({ length: 250 }, (_, index) => audit.append(entry(String(index)))));
    await audit.seal();
    assert.equal(commits, 1);
    await open().seal();
    assert.equal(new Set(await requests()).size, 250);
  });

  it('seals once for all who ask meanwhile', async () => {
    let commits = 0;
    const audit = open(changes => {
      commits++;
      return storage.store.commit(changes);
    });
    await audit.append(entry('1'));
    const first = audit.seal();
    await audit.append(entry('2'));
    await Promise.all([first, ...Array.from({ length: 50 }, () => audit.seal())]);
    assert.deepEqual(await requests(), ['1', '2']);
    assert.ok(commits <= 2, String(commits));
  });

  it('leaves a line half written alone until it is whole', async () => {
    const audit = open();
    await audit.append(entry('1'));
    const file = join(folder, files()[0] ?? '');
    const half = linesOf(files()[0] ?? '')[0] ?? '';
    appendFileSync(file, half.slice(0, 40));
    await audit.seal();
    assert.equal((await events()).length, 1);
  });

  it('[H04] rejects where it cannot write, and goes on in a new file when it can', async () => {
    const blocked = join(folder, 'blocked');
    writeFileSync(blocked, '');
    const audit = openAudit(
      { clock: storage.clock, ids: { next: () => `id-${++serial}` } },
      {
        folder: blocked,
        records: storage.records,
        put: event => put(event as Resource & { id: string }),
        commit: changes => storage.store.commit(changes),
      },
    );
    opened.push(audit);
    await assert.rejects(() => audit.append(entry('lost')));
    rmSync(blocked);
    await audit.append(entry('kept'));
    await audit.seal();
    assert.deepEqual(await requests(), ['kept']);
  });

  it('a commit that fails leaves all to be sealed later', async () => {
    let broken = true;
    const audit = open(changes =>
      broken ? Promise.reject(new Fault('unavailable', 'down')) : storage.store.commit(changes),
    );
    await audit.append(entry('1'));
    await storage.store.commit({ documents: [audit.document(entry('2'))] });
    await assert.rejects(() => audit.seal());
    broken = false;
    await audit.seal();
    assert.deepEqual(await requests(), ['1', '2']);
  });

  it('removes a file once all of it is sealed and nobody appends to it any more', async () => {
    const [own, other] = [open(), open()];
    await own.append(entry('1'));
    await own.seal();
    const [first] = files();
    now += 59 * MINUTE;
    await own.append(entry('2'));
    await own.seal();
    assert.equal(files().length, 2, 'a file is appended to for ten minutes, and kept for an hour');
    now += MINUTE;
    let broken = true;
    const held = open(changes =>
      broken ? Promise.reject(new Fault('unavailable', 'down')) : storage.store.commit(changes),
    );
    await held.seal().catch(() => undefined);
    broken = false;
    await Promise.all([own.seal(), other.seal(), held.seal()]);
    assert.equal(files().includes(first ?? ''), false);
    assert.deepEqual(await requests(), ['1', '2']);
    await own.append(entry('3'));
    const last = files().at(-1) ?? '';
    now += 60 * MINUTE;
    await open().seal();
    assert.deepEqual(files(), []);
    assert.deepEqual(await requests(), ['1', '2', '3']);
    assert.equal(await storage.records.get('audit-progress', last, now), undefined);
  });

  it('keeps a file that cannot be sealed', async () => {
    const audit = open();
    await audit.append(entry('1'));
    const file = join(folder, files()[0] ?? '');
    writeFileSync(file, 'x\n');
    now += 120 * MINUTE;
    await assert.rejects(audit.seal());
    assert.equal(files().length, 1);
  });

  it('turns the documents of writes into events, and takes them away', async () => {
    const audit = open();
    await storage.store.commit({ documents: [audit.document(entry('w1')), audit.document(entry('w2'))] });
    await audit.seal();
    assert.deepEqual(await requests(), ['w1', 'w2']);
    assert.deepEqual(await storage.records.due('audit', NOW, 10), []);
  });

  it('keeps its files from other users', async () => {
    await open().append(entry('1'));
    const [file = ''] = files();
    assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600);
    assert.match(file, /^2026-01-02T030405\.000Z-[\w.-]+-\d+-id-1\.jsonl$/);
  });
});

describe('audit events', () => {
  it('[D17] name who, by which client, what, about whom, and how it ended', () => {
    const reasons = ['find the account'];
    const event = auditEvent('e', entry('r', { actor: 'Patient/1', action: '$mark-read', status: 403, reasons }));
    const { type: _type, source: _source, ...rest } = event;
    assert.deepEqual(rest, {
      resourceType: 'AuditEvent',
      id: 'e',
      subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'operation', display: '$mark-read' }],
      action: 'E',
      recorded: '2026-01-02T03:04:05.000Z',
      outcome: '4',
      outcomeDesc: 'HTTP 403',
      purposeOfEvent: [{ text: 'find the account' }],
      agent: [
        { who: { reference: 'Patient/1' }, altId: 'Patient/1', requestor: true },
        { altId: 'app', name: 'app', requestor: false },
      ],
      entity: [
        {
          what: { reference: 'Communication/m' },
          type: { system: 'http://hl7.org/fhir/resource-types', code: 'Communication' },
        },
        {
          what: { reference: 'Patient/1' },
          type: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '1', display: 'Person' },
          role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '1', display: 'Patient' },
        },
        {
          what: { identifier: { value: 'r' } },
          type: { system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType', code: 'XrequestId' },
        },
      ],
    });
  });

  it('are valid, whatever the request was', () => {
    const root = process.cwd();
    const validator = createValidator(loadDefinitions(root), { root });
    const interactions = [
      'read',
      'vread',
      'update',
      'patch',
      'delete',
      'create',
      'batch',
      'transaction',
      'capabilities',
    ];
    const wide = ['history-instance', 'history-type', 'history-system', 'search-type', 'search-system'];
    for (const action of [...interactions, ...wide, '$claim', 'GET', 'POST']) {
      for (const [target, actor] of [
        ['', ''],
        ['Patient', 'client:x'],
        ['Patient/1', 'Person/1'],
        ['Task/1', 'Practitioner/1'],
      ] as const) {
        const event = auditEvent('e', entry('r', { action, target, actor, client: '' }));
        const errors = validator.validate(event).filter(({ severity }) => severity === 'error');
        assert.deepEqual(errors, [], `${action} ${target}`);
      }
    }
  });

  it('say how a request ended, and what kind it was', () => {
    const outcome = (status: number) => auditEvent('e', entry('r', { status }))['outcome'];
    assert.deepEqual([200, 304, 401, 404, 500, 503].map(outcome), ['0', '0', '4', '4', '8', '8']);
    const action = (code: string) => auditEvent('e', entry('r', { action: code }))['action'];
    assert.deepEqual(['create', 'read', 'update', 'delete', 'search-type'].map(action), ['C', 'R', 'U', 'D', 'E']);
  });
});
