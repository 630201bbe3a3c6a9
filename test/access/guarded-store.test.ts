/** One store, seen by different people. */
import assert from 'node:assert/strict';
import { Fault, type FaultKind } from '../../src/fhir/fault.js';
import { guard } from '../../src/access/guarded-store.js';
import { createPolicy } from '../../src/access/policy.js';
import type { Actor } from '../../src/access/actor.js';
import type { Need } from '../../src/access/scope.js';
import type { Filter, Sort } from '../../src/search/query.js';
import type { Put } from '../../src/store/port.js';
import {
  actor,
  DEADLINE,
  deletion,
  found,
  keyOf,
  message,
  NOW,
  PARTITION,
  patient,
  patientActor,
  portal,
  put,
  reference,
  refers,
  type Portal,
  ROLE_SYSTEM,
} from './fixture.js';

const ALL: Filter = { kind: 'all' };
const faults = (kind: FaultKind) => (error: unknown) => error instanceof Fault && error.kind === kind;

const laboratory = (id: string, subject: string) =>
  put({ resourceType: 'Observation', id, subject: reference(`Patient/${subject}`) }, 1, [
    'Observation|category|=laboratory',
    refers('Observation', 'subject', `Patient/${subject}`),
  ]);

const doctor = {
  resourceType: 'Practitioner',
  id: 'd',
  name: [{ family: 'Ford' }],
  telecom: [{ value: '555' }],
  birthDate: '1970-01-01',
  _birthDate: { extension: [] },
};

function sample(): Put[] {
  return [
    put(patient('1')),
    put(patient('2', { name: [{ family: 'Hidden' }] }), 1, ['Patient|active|=true']),
    put(message('m1', '1'), 1, [refers('Communication', 'subject', 'Patient/1')]),
    put(message('m2', '2'), 1, [refers('Communication', 'subject', 'Patient/2')]),
    laboratory('o1', '1'),
    put({ resourceType: 'Observation', id: 'v1', subject: reference('Patient/1') }),
    laboratory('o2', '2'),
    put(doctor, 1, ['Practitioner|phone|=555']),
    put({ resourceType: 'Binary', id: 'b1', securityContext: reference('Communication/m1') }),
    put({ resourceType: 'Binary', id: 'b2', securityContext: reference('Communication/m2') }),
    put({ resourceType: 'Task', id: 't1', owner: reference('Organization/g1') }),
    put({ resourceType: 'Task', id: 't2', owner: reference('Organization/g2') }),
    put({ resourceType: 'AuditEvent', id: 'a', entity: [{ what: reference('Patient/1') }] }),
  ];
}

const compile = (type: string, query: string): Filter => {
  if (!query.startsWith('category=')) throw new Fault('invalid', 'unknown');
  return { kind: 'posting', key: `${type}|category|=${query.slice('category='.length)}` };
};

const seenBy = (from: Portal, who: Actor, need?: Need) =>
  guard(
    from.store,
    createPolicy(who, { compile, holdsAudit: true, holdsDrafts: false, roleSystem: ROLE_SYSTEM, containers: [] }),
    need,
  );
const first = patientActor('1', 'patient/*.cruds');
const everything = actor('system', 'system/*.cruds');

describe('guarded store: reading', () => {
  let from: Portal;
  beforeEach(async () => {
    from = await portal(...sample());
  });

  it('[B01] [B02] reads the own, and answers for the rest as if it were not there', async () => {
    const store = seenBy(from, first);
    const names = [
      'Patient/1',
      'Patient/2',
      'Communication/m1',
      'Communication/m2',
      'Communication/none',
      'AuditEvent/a',
    ];
    const read = await store.read(names.map(keyOf));
    assert.deepEqual(
      read.map(version => version?.key.id),
      ['1', undefined, 'm1', undefined, undefined, undefined],
    );
    assert.equal((await store.version(keyOf('Communication/m1'), 1))?.version, 1);
    assert.equal(await store.version(keyOf('Communication/m2'), 1), undefined);
  });

  it('[B02] tells of a deletion only to those who saw what was deleted', async () => {
    await from.store.commit({ puts: [deletion(message('m1', '1'), 2), deletion(message('m2', '2'), 2)] });
    const store = seenBy(from, first);
    const [own, other] = await store.read([keyOf('Communication/m1'), keyOf('Communication/m2')]);
    assert.equal(own?.deleted, true);
    assert.equal(other, undefined);
    assert.deepEqual(await found(store, 'Communication'), []);
    const of = [{ type: 'Communication', where: ALL }];
    const history = await store.history({ partition: PARTITION, of, limit: 10, deadline: DEADLINE });
    assert.deepEqual(
      history.rows.map(({ key, version }) => `${key.id}/${version}`),
      ['m1/2', 'm1/1'],
    );
    assert.equal(await store.countHistory({ partition: PARTITION, of, deadline: DEADLINE }, 10), 2);
  });

  it('[B08] counts by posting for those alone who see all of the type', async () => {
    const dates = { since: -8.64e15, until: 8.64e15, deadline: DEADLINE };
    const query = { partition: PARTITION, type: 'Communication', prefix: 'Communication|~own|', ...dates };
    await assert.rejects(seenBy(from, first).tally(query), ({ kind }: Fault) => kind === 'forbidden');
    const tally = await seenBy(from, everything).tally(query);
    assert.equal(tally.get('Communication|~own|Patient/1'), 1);
  });

  it('[B03] [B08] finds and counts the own alone, whatever is asked', async () => {
    const store = seenBy(from, first);
    assert.deepEqual(await found(store, 'Communication'), ['Communication/m1']);
    assert.deepEqual(await found(store, 'AuditEvent'), []);
    const where: Filter = { kind: 'posting', key: refers('Communication', 'subject', 'Patient/2') };
    const count = (filter: Filter) =>
      store.count({ partition: PARTITION, of: [{ type: 'Communication', where: filter }], deadline: DEADLINE }, 10);
    assert.equal(await count(where), 0);
    assert.equal(await count({ kind: 'not', of: where }), 1);
    assert.equal(await count({ kind: 'or', of: [ALL, where] }), 1);
    assert.deepEqual(
      (await store.scan(PARTITION, 'Communication', 10)).rows.map(({ key }) => key.id),
      ['m1'],
    );
  });

  it('[B04] follows chains through visible resources only', async () => {
    const active: Filter = { kind: 'posting', key: 'Patient|active|=true' };
    const chain: Filter = { kind: 'refers', key: 'Communication|subject|', type: 'Patient', where: active };
    const search = {
      partition: PARTITION,
      of: [{ type: 'Communication', where: chain }],
      sort: [],
      limit: 9,
      deadline: DEADLINE,
    };
    assert.equal((await seenBy(from, everything).search(search)).rows.length, 1);
    const both = actor('patient', 'patient/*.rs', { patients: ['1', '2'] });
    assert.equal((await seenBy(from, both).search(search)).rows.length, 1);
    const messages = actor('patient', 'patient/Communication.rs', { patients: ['1', '2'] });
    assert.equal((await seenBy(from, messages).search(search)).rows.length, 0);
  });

  it('[B05] lets _has say nothing about what is hidden', async () => {
    const where: Filter = { kind: 'posting', key: 'Observation|category|=laboratory' };
    const has: Filter = { kind: 'referred', type: 'Observation', key: 'Observation|subject|', own: 'Patient', where };
    const count = (who: Actor, filter: Filter) =>
      seenBy(from, who).count(
        { partition: PARTITION, of: [{ type: 'Patient', where: filter }], deadline: DEADLINE },
        9,
      );
    assert.equal(await count(everything, has), 2);
    assert.equal(await count(first, has), 1);
    const administrator = actor('staff', 'user/*.rs', { roles: new Set(['scheduler']) });
    assert.equal(await count(administrator, ALL), 2);
    assert.equal(await count(administrator, has), 0);
    assert.equal(await count(administrator, { kind: 'not', of: has }), 2);
  });

  it('[B27] shows a Binary to those who see what it belongs to', async () => {
    const [own, other] = await seenBy(from, first).read([keyOf('Binary/b1'), keyOf('Binary/b2')]);
    assert.equal(own?.key.id, 'b1');
    assert.equal(other, undefined);
  });

  it('[B28] cuts the directory down to what is public', async () => {
    const store = seenBy(from, first);
    const [version] = await store.read([keyOf('Practitioner/d')]);
    const shown = JSON.parse(version?.json ?? '') as Record<string, unknown>;
    assert.deepEqual(Object.keys(shown), ['resourceType', 'id', 'name', 'meta']);
    const page = await store.search({
      partition: PARTITION,
      of: [{ type: 'Practitioner', where: ALL }],
      sort: [],
      limit: 9,
      deadline: DEADLINE,
    });
    assert.ok(!page.rows[0]?.json.includes('555'));
    const staff = actor('staff', 'user/*.rs');
    assert.ok((await seenBy(from, staff).read([keyOf('Practitioner/d')]))[0]?.json.includes('555'));
  });

  it('[B09] refuses to search or sort by what is hidden, on every hop', async () => {
    const store = seenBy(from, first);
    const phone: Filter = { kind: 'posting', key: 'Practitioner|phone|=555' };
    const chain: Filter = { kind: 'refers', key: 'Communication|sender|', type: 'Practitioner', where: phone };
    const ask = (type: string, where: Filter, sort: Sort[] = []) =>
      store.search({ partition: PARTITION, of: [{ type, where }], sort, limit: 9, deadline: DEADLINE });
    await assert.rejects(() => ask('Practitioner', phone), faults('forbidden'));
    await assert.rejects(
      () => ask('Practitioner', { kind: 'not', of: { kind: 'and', of: [phone] } }),
      faults('forbidden'),
    );
    await assert.rejects(
      () => ask('Practitioner', { kind: 'posting', key: 'Practitioner|phone!' }),
      faults('forbidden'),
    );
    await assert.rejects(() => ask('Communication', chain), faults('forbidden'));
    const sort: Sort[] = [{ by: 'text', key: 'Practitioner|address', descending: false }];
    await assert.rejects(() => ask('Practitioner', ALL, sort), faults('forbidden'));
    assert.equal((await ask('Practitioner', { kind: 'posting', key: 'Practitioner|active|=true' })).rows.length, 0);
  });

  it('[B38] shows nothing to a person who reaches nobody', async () => {
    const nobody = seenBy(from, actor('patient', 'patient/*.cruds user/*.cruds'));
    for (const type of ['Patient', 'Communication', 'Observation', 'Binary', 'Task']) {
      assert.deepEqual(await found(nobody, type), [], type);
    }
  });

  it('[B39] holds a granular scope everywhere, and one that cannot be applied is refused', async () => {
    const store = seenBy(from, patientActor('1', 'patient/Observation.rs?category=laboratory'));
    assert.deepEqual(await found(store, 'Observation'), ['Observation/o1']);
    const read = await store.read(['Observation/o1', 'Observation/v1', 'Observation/o2'].map(keyOf));
    assert.deepEqual(
      read.map(version => version?.key.id),
      ['o1', undefined, undefined],
    );
    const of = [{ type: 'Observation', where: ALL, id: 'v1' }];
    const history = await store.history({ partition: PARTITION, of, limit: 10, deadline: DEADLINE });
    assert.deepEqual(history.rows, []);
    const unknown = seenBy(from, patientActor('1', 'patient/Observation.rs?secret=1'));
    await assert.rejects(() => found(unknown, 'Observation'), faults('forbidden'));
  });

  it('[B40] sees by the permission that the request needs, not by any other', async () => {
    const who = patientActor('1', 'patient/Observation.s patient/Observation.r?category=laboratory');
    const read = (need?: Need) => seenBy(from, who, need).read([keyOf('Observation/v1')]);
    assert.equal((await read({ type: 'Observation', permission: 'r' }))[0], undefined);
    assert.equal((await read({ type: 'Observation', permission: 's' }))[0]?.key.id, 'v1');
  });

  it('an operation scope reaches its own type, within the compartment', async () => {
    const who = patientActor('1', 'patient/Communication.$mark-read');
    const need = { type: 'Communication', operation: 'mark-read' };
    const read = await seenBy(from, who, need).read(
      ['Communication/m1', 'Communication/m2', 'Observation/o1'].map(keyOf),
    );
    assert.deepEqual(
      read.map(version => version?.key.id),
      ['m1', undefined, undefined],
    );
    assert.equal((await seenBy(from, who).read([keyOf('Communication/m1')]))[0], undefined);
  });

  it('[B41] [B42] staff see what their roles open, agents the Tasks of their own groups', async () => {
    const agent = actor('staff', 'user/*.cruds', { roles: new Set(['agent']), organizations: ['Organization/g1'] });
    const store = seenBy(from, agent);
    assert.deepEqual(await found(store, 'Task'), ['Task/t1']);
    assert.deepEqual(await found(store, 'Communication'), [], 'messages of others');
    assert.deepEqual(await found(store, 'Observation'), []);
    assert.deepEqual(await found(store, 'AuditEvent'), []);
    assert.deepEqual(await found(seenBy(from, actor('staff', 'user/*.cruds')), 'Communication'), []);
    const auditor = actor('staff', 'user/*.rs', { roles: new Set(['auditor']) });
    assert.deepEqual(await found(seenBy(from, auditor), 'AuditEvent'), ['AuditEvent/a']);
    assert.deepEqual(await found(seenBy(from, auditor), 'Patient'), []);
  });

  it('staff in the context of one patient see that patient alone', async () => {
    const clinician = actor('staff', 'patient/*.rs', { roles: new Set(['clinician']), patients: ['2'] });
    assert.deepEqual(await found(seenBy(from, clinician), 'Patient'), ['Patient/2']);
  });

  it('[B41] staff in the context of a patient see what their roles let them see, and no more', async () => {
    const agent = actor('staff', 'patient/*.rs', { roles: new Set(['agent']), patients: ['1'] });
    assert.deepEqual(await found(seenBy(from, agent), 'Patient'), ['Patient/1']);
    assert.notDeepEqual(await found(seenBy(from, first), 'Observation'), []);
    assert.deepEqual(await found(seenBy(from, agent), 'Observation'), []);
  });

  it('gives a system of full scope the bytes as they are stored', async () => {
    const [bare] = await from.store.read([keyOf('Practitioner/d')]);
    const [seen] = await seenBy(from, everything).read([keyOf('Practitioner/d')]);
    assert.equal(seen?.json, bare?.json);
    assert.deepEqual(await found(seenBy(from, actor('system', 'system/Patient.rs')), 'Communication'), []);
  });

  it('anonymous callers see nothing', async () => {
    assert.deepEqual(await found(seenBy(from, actor('anonymous', 'system/*.cruds')), 'Practitioner'), []);
  });
});

describe('guarded store: writing', () => {
  let from: Portal;
  beforeEach(async () => {
    from = await portal(...sample());
  });
  const commit = (who: Actor, ...puts: Put[]) => seenBy(from, who).commit({ puts });

  it('[B21] takes a message of the own, by the sender alone, about nobody else', async () => {
    await commit(first, put(message('new', '1')));
    const refused = [
      message('x', '2'),
      message('x', '1', { sender: reference('Practitioner/d') }),
      message('x', '1', { sender: reference('Patient/2') }),
      message('x', '1', { recipient: [reference('Patient/2')] }),
      { resourceType: 'Communication', id: 'x', status: 'completed', sender: reference('Practitioner/d') },
      { resourceType: 'Binary', id: 'x' },
      { resourceType: 'Observation', id: 'x', subject: reference('Patient/1') },
    ];
    for (const one of refused)
      await assert.rejects(() => commit(first, put(one)), faults('forbidden'), JSON.stringify(one));
    assert.deepEqual(await found(from.store, 'Communication'), [
      'Communication/m1',
      'Communication/m2',
      'Communication/new',
    ]);
  });

  it('commits nothing where one part is refused', async () => {
    await assert.rejects(() => commit(first, put(message('ok', '1')), put(message('no', '2'))), faults('forbidden'));
    assert.deepEqual(await found(from.store, 'Communication'), ['Communication/m1', 'Communication/m2']);
  });

  it('[B20] [B21] checks the version before as well as the new one', async () => {
    const creator = actor('system', 'system/Observation.cruds?category=laboratory');
    const moved = (id: string, version: number, category: string) =>
      put({ resourceType: 'Observation', id, subject: reference('Patient/1') }, version, [
        `Observation|category|=${category}`,
      ]);
    await commit(creator, moved('o1', 2, 'laboratory'));
    await assert.rejects(() => commit(creator, moved('v1', 2, 'laboratory')), faults('not-found'));
    await assert.rejects(() => commit(creator, moved('o1', 3, 'vital-signs')), faults('forbidden'));
    await assert.rejects(() => commit(creator, moved('n', 1, 'vital-signs')), faults('forbidden'));
  });

  it('[B24] refuses labels and tags set by patients', async () => {
    for (const meta of [{ tag: [{ code: 'x' }] }, { security: [{ code: 'R' }] }]) {
      await assert.rejects(() => commit(first, put(message('new', '1', { meta }))), faults('forbidden'));
    }
    await commit(everything, put(message('new', '1', { meta: { tag: [{ code: 'x' }] } })));
  });

  it('[B26] takes an AuditEvent from nobody, systems included, where the server keeps the trail', async () => {
    const audit = put({ resourceType: 'AuditEvent', id: 'forged' });
    const auditor = actor('staff', 'user/*.cruds', { roles: new Set(['auditor']) });
    for (const who of [first, auditor, everything])
      await assert.rejects(() => commit(who, audit), faults('forbidden'), who.kind);
  });

  it('[D06] staff in the context of one patient write about that patient alone', async () => {
    const clinician = actor('staff', 'patient/*.cruds', { roles: new Set(['clinician']), patients: ['2'] });
    const about = (subject: string) => put({ resourceType: 'Observation', id: 'new', subject: reference(subject) });
    await assert.rejects(() => commit(clinician, about('Patient/1')), faults('forbidden'));
    await commit(clinician, about('Patient/2'));
  });

  it('[B40] writes by the permission of the scope and the role', async () => {
    await assert.rejects(() => commit(actor('system', 'system/Patient.rs'), put(patient('n'))), faults('forbidden'));
    await assert.rejects(() => commit(actor('system', 'system/Patient.c'), put(patient('1'), 2)), faults('forbidden'));
    const removal = deletion(patient('1'), 2);
    await assert.rejects(() => commit(actor('system', 'system/Patient.cu'), removal), faults('forbidden'));
    await commit(actor('system', 'system/Patient.d'), removal);
    const agent = actor('staff', 'user/*.cruds', { roles: new Set(['agent']), organizations: ['Organization/g1'] });
    const task = { resourceType: 'Task', id: 't1', owner: reference('Organization/g1') };
    await assert.rejects(() => commit(agent, put(task, 2)), faults('forbidden'));
    await commit(agent, put(message('reply', '1')));
  });

  it('[B19] evaluates conditions on what the caller sees', async () => {
    const where: Filter = { kind: 'posting', key: refers('Communication', 'subject', 'Patient/2') };
    const criteria = [{ partition: PARTITION, type: 'Communication', where, ids: [] }];
    await seenBy(from, first).commit({ puts: [put(message('new', '1'))], criteria });
    await assert.rejects(() => seenBy(from, everything).commit({ criteria }), faults('conflict'));
  });

  it("commits the portal's own consequences with what the caller wrote", async () => {
    const consequences = { puts: [put({ resourceType: 'Task', id: 'work', owner: reference('Organization/g1') })] };
    await seenBy(from, first).commit({ puts: [put(message('new', '1'))], consequences });
    assert.ok((await found(from.store, 'Task')).includes('Task/work'));
    await assert.rejects(
      () => seenBy(from, first).commit({ puts: [put(message('n2', '2'))], consequences }),
      faults('forbidden'),
    );
  });

  it('fails as the store does where a put lost a race', async () => {
    const late = put(patient('1'), 1);
    await assert.rejects(() => commit(everything, { ...late, at: NOW + 1 }), faults('conflict'));
  });
});
