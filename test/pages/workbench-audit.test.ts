/** The audit at the Workbench: who did what, and when, for auditors, in words. */
import assert from 'node:assert/strict';
import type { PageVisitor } from '../fixtures/page-visitor.js';
import { eachMembership, token } from '../identity/members.js';
import { enrolStaff, staffVisitor } from '../identity/staff-visitor.js';

const AUDIT = '/workbench/audit';

eachMembership('the Workbench: audit', portal => {
  let auditor: PageVisitor;
  let agent: PageVisitor;
  before(async () => {
    await enrolStaff(portal());
    agent = await staffVisitor(portal(), 'agent');
    auditor = await staffVisitor(portal(), 'auditor');
  });
  const rowsOf = async (query: Record<string, string>): Promise<string[]> => {
    const { status, text } = await auditor.get(`${AUDIT}?${new URLSearchParams(query).toString()}`);
    assert.equal(status, 200, text);
    return text.split('<tr>').slice(2);
  };

  it('[RN-13] [H06] it tells who did what to whose record, and what came of it', async () => {
    const { patient, account } = await portal().member();
    await portal().fhir('demo-clinician', 'GET', patient);
    await portal()
      .fhir('demo-agent', 'PUT', patient, { resourceType: 'Patient', id: patient.slice('Patient/'.length) })
      .catch(() => undefined);
    const all = await rowsOf({ patient });
    assert.ok(all.some(row => /Grace Okafor.*looked at/s.test(row)));
    const id = patient.slice('Patient/'.length);
    assert.ok((await rowsOf({ patient: id })).length >= all.length, 'the id alone will do');
    const byName = await rowsOf({ patient, agent: 'Okafor' });
    assert.deepEqual([byName.length, (await rowsOf({ patient, agent: 'Practitioner/demo-clinician' })).length], [1, 1]);
    const refused = await rowsOf({ patient, outcome: '4' });
    assert.ok(refused.length === 1 && refused.every(row => row.includes('Refused') && row.includes('Tomas Lindqvist')));
    const made = await rowsOf({ patient, action: 'C' });
    assert.ok(made.length > 0 && made.every(row => row.includes('demo-system')));
    await portal().fhir('demo-system', 'POST', `${account}/$deactivate`);
    assert.ok((await rowsOf({ agent: 'client:demo-system' })).some(row => row.includes('$deactivate')));
  });

  it('[RN-13] it is chosen by day, and shown a page at a time without gaps', async () => {
    const { patient } = await portal().member();
    for (let at = 0; at < 31; at++) await portal().fhir('demo-clinician', 'GET', patient);
    const query = new URLSearchParams({ patient, action: 'R', agent: 'Okafor' }).toString();
    const first = await auditor.get(`${AUDIT}?${query}`);
    const [, next = ''] = /<a href="([^"]+)" rel="next"/.exec(first.text) ?? [];
    const second = await auditor.get(next.replaceAll('&amp;', '&'));
    const count = (text: string) => text.split('<tr>').length - 2;
    assert.deepEqual([count(first.text), count(second.text)], [30, 1]);
    const day = (ahead: number) => new Date(portal().world.clock.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    assert.notEqual((await rowsOf({ patient, since: day(0), until: day(0) })).length, 0);
    assert.equal((await rowsOf({ patient, since: day(1) })).length, 0);
    assert.equal((await rowsOf({ patient, until: day(-1) })).length, 0);
  });

  it('[RN-13] [B37] it is for auditors; what is typed is text, and refused where it is none', async () => {
    const { patient } = await portal().member();
    const refused = await agent.get(`${AUDIT}?patient=${patient}`);
    assert.ok(!refused.text.includes('demo-system') && refused.text.split('<tr>').length === 1);
    const wrong = await auditor.get(`${AUDIT}?since=${encodeURIComponent('"><script>alert(1)</script>')}`);
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /role="alert"/);
    assert.ok(!wrong.text.includes('<script>alert'));
    const family = `O$, ${token()}`;
    await portal().fhir('demo-system', 'POST', 'Practitioner', { resourceType: 'Practitioner', name: [{ family }] });
    assert.deepEqual(await rowsOf({ agent: family }), []);
  });
});
