/** Delivery at the Workbench: what became of notices is listed, and lost ones are sent again. */
import assert from 'node:assert/strict';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { eachMembership, type Member } from '../identity/members.js';
import { enrolStaff, staffVisitor } from '../identity/staff-visitor.js';

const DELIVERIES = '/workbench/deliveries';

eachMembership('the Workbench: delivery', portal => {
  let administrator: PageVisitor;
  let agent: PageVisitor;
  before(async () => {
    await portal().server.app.dispatcher.stop();
    await enrolStaff(portal());
    agent = await staffVisitor(portal(), 'agent');
    administrator = await staffVisitor(portal(), 'administrator');
  });

  /** A member whose address is gone, and a message that they were not told of. */
  async function lost(): Promise<Member & { record: object; about: string }> {
    const { fhir, member, mails } = portal();
    const dana = await member();
    const record = await fhir('demo-system', 'GET', dana.patient);
    const coding = [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }];
    const { id } = await fhir('demo-clinician', 'POST', 'Communication', {
      ...{ resourceType: 'Communication', status: 'completed', category: [{ coding }] },
      ...{ subject: { reference: dana.patient }, payload: [{ contentString: 'secret-text' }] },
    });
    await fhir('demo-system', 'PUT', dana.patient, { ...record, telecom: undefined });
    await mails(dana.email);
    return { ...dana, record, about: `Communication/${String(id)}` };
  }
  const idOf = ({ text }: Page, about: string): string => {
    const row = text.split('<tr>').find(one => one.includes(about)) ?? '';
    return /name="(again-[^"]+)"/.exec(row)?.[1] ?? '';
  };

  it('[MSG-19] lost notices are listed with the reason alone, and those that are chosen go once more', async () => {
    const [one, other] = [await lost(), await lost()];
    const page = await administrator.get(DELIVERIES);
    assert.match(page.text, /A new message.*Could not be sent.*no address/s);
    for (const secret of [one.email, 'secret-text']) assert.ok(!page.text.includes(secret));
    await portal().fhir('demo-system', 'PUT', one.patient, one.record);
    const before = (await portal().mails(one.email)).length;
    const sent = await administrator.send(page, { [idOf(page, one.about)]: '1' }, DELIVERIES);
    assert.match(sent.text, /role="status"/);
    assert.equal((await portal().mails(one.email)).length, before + 1);
    const left = await administrator.get(DELIVERIES);
    assert.equal(idOf(left, one.about), '');
    assert.notEqual(idOf(left, other.about), '');
    const late = await administrator.send(page, { [idOf(page, one.about)]: '1' }, DELIVERIES);
    assert.equal(late.status, 404);
    assert.match(late.text, /role="alert".*There is no lost notice of this id/s);
    assert.equal((await administrator.send(page, {}, DELIVERIES)).status, 422);
  });

  it('[MSG-19] they are chosen by state, channel and day; what is none is refused, and shown as text', async () => {
    const { about } = await lost();
    const dana = await portal().member();
    const shows = async (query: string, what: string) =>
      (await administrator.get(`${DELIVERIES}?${query}`)).text.includes(what);
    const day = (ahead: number) => new Date(portal().world.clock.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    assert.equal(await shows(`state=dead&since=${day(0)}&until=${day(0)}`, about), true);
    assert.equal(await shows(`since=${day(1)}`, about), false);
    assert.equal(await shows(`until=${day(-1)}`, about), false);
    assert.equal(await shows('state=sent', about), false);
    const sent = (channel: string) => shows(`state=sent&channel=${channel}`, encodeURIComponent(dana.account));
    assert.deepEqual([await sent('email'), await sent('sms')], [true, false]);
    const wrong = await administrator.get(`${DELIVERIES}?since=${encodeURIComponent('"><script>alert(1)</script>')}`);
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /role="alert"/);
    assert.ok(!wrong.text.includes('<script>alert'));
  });

  it('[MSG-19] [B37] [C17] they are for administrators; a form counts with its token', async () => {
    const { about } = await lost();
    const refused = await agent.get(DELIVERIES);
    assert.equal(refused.status, 403);
    assert.ok(!refused.text.includes(about));
    const body = new URLSearchParams({ shown: 'x', 'again-x': '1' });
    assert.equal((await administrator.request(DELIVERIES, { method: 'POST', body })).status, 403);
  });
});
