/** What is found out when a notice is sent: recipient, address, language, channel; and notices that came to nothing. */
import assert from 'node:assert/strict';
import type { Patient, Person, RelatedPerson } from 'fhir/r4.js';
import type { Sent } from '../../src/delivery/channels/channel.js';
import { retryDelay } from '../../src/delivery/retry.js';
import { deadDeliveries, sentAgain } from '../../src/delivery/delivery-record.js';
import type { Contact } from '../../src/portal/contact.js';
import type { Notice } from '../../src/portal/effect.js';
import { own } from '../fixtures/own.js';
import { invitation, newMessage, scripted, startDelivery, type Delivery } from './parts.js';

const later: Sent = { kind: 'retry', reason: 'busy' };
const done = (): Sent => ({ kind: 'sent' });
const patient: Patient = {
  resourceType: 'Patient',
  id: '1',
  telecom: [{ system: 'email', value: 'record@example.org' }],
  communication: [{ language: { coding: [{ code: 'ar' }] }, preferred: true }],
};
const account: Person = {
  resourceType: 'Person',
  id: '2',
  active: true,
  telecom: [{ system: 'email', value: 'account@example.org' }],
  link: [{ target: { reference: 'Patient/1' } }],
};
const proxy: RelatedPerson = { resourceType: 'RelatedPerson', id: '3', patient: { reference: 'Patient/1' } };
const proxyAccount: Person = {
  ...account,
  id: '4',
  telecom: [{ system: 'email', value: 'proxy@example.org' }],
  link: [{ target: { reference: 'RelatedPerson/3' } }],
};

describe('the dispatcher finds out when it sends', () => {
  const to = (reference: string): Notice => ({ ...newMessage, persons: [{ reference }] });
  let delivery: Delivery;
  beforeEach(() => {
    delivery = startDelivery();
    for (const one of [patient, account, proxy, proxyAccount])
      delivery.people.set(`${one.resourceType}/${one.id}`, one);
  });

  async function sent(effect: Notice, meanwhile: Partial<Record<string, object | undefined>> = {}) {
    const channel = scripted(done);
    await delivery.post(effect);
    for (const [reference, change] of Object.entries(meanwhile)) {
      if (change) delivery.people.set(reference, { ...delivery.people.get(reference), ...change } as Patient);
      else delivery.people.delete(reference);
    }
    await delivery.dispatcher(channel).idle();
    const records = await delivery.records('Communication/1');
    return { to: channel.sent.map(message => message.to), language: channel.sent[0]?.language, records };
  }

  it('the address: that of the record, where others are for sign-in, and one asked for where it is on the record too', async () => {
    assert.deepEqual((await sent(to('Person/2'))).to, ['record@example.org']);
    assert.deepEqual((await sent(to('Patient/1'))).to, ['record@example.org']);
    const contact = { email: 'second@example.org' };
    const stated = { ...newMessage, persons: [{ reference: 'Patient/1', contact }] };
    assert.deepEqual((await sent(stated)).to, ['record@example.org']);
    const telecom = [...patient.telecom!, { system: 'email', value: 'Second@example.org' }];
    assert.deepEqual((await sent(stated, { 'Patient/1': { telecom } })).to, [contact.email]);
  });

  it('the account in use, where a closed one is there too', async () => {
    delivery.people.set('Person/0', { ...account, id: '0', active: false });
    delivery.people.delete('Person/2');
    delivery.people.set('Person/2', account);
    assert.deepEqual((await sent(to('Patient/1'))).to, ['record@example.org']);
  });

  it('[C23] an account that waits for its activation is told, a closed one is not', async () => {
    const url = own.structure('account-standing');
    const waiting = { active: false, extension: [{ url, valueCode: 'pending' }] };
    assert.deepEqual((await sent(to('Person/2'), { 'Person/2': waiting })).to, ['record@example.org']);
    const other = { active: false, extension: [{ url: 'urn:other', valueCode: 'pending' }] };
    assert.deepEqual((await sent(to('Person/2'), { 'Person/2': other })).to, []);
  });

  it('the address of today, also where a try has failed before', async () => {
    const channel = scripted(({ to: address }) => (address === 'record@example.org' ? later : done()));
    const dispatcher = delivery.dispatcher(channel);
    await delivery.post(to('Person/2'));
    await dispatcher.idle();
    delivery.people.set('Patient/1', { ...patient, telecom: [{ system: 'email', value: 'new@example.org' }] });
    delivery.clock.time += 5_000;
    await dispatcher.idle();
    assert.deepEqual(
      channel.sent.map(message => message.to),
      ['record@example.org', 'new@example.org'],
    );
  });

  it('the language: that of the record before that of the notice', async () => {
    assert.equal((await sent({ ...to('Person/2'), language: 'en' })).language, 'ar');
    const none = { 'Patient/1': { communication: [] } };
    assert.equal((await sent({ ...to('Person/2'), language: 'ar' }, none)).language, 'ar');
    assert.equal((await sent(to('Person/2'), none)).language, 'en');
  });

  const withheld: [string, string, Record<string, object | undefined>, string][] = [
    ['a patient who has died', 'Person/2', { 'Patient/1': { deceasedBoolean: true } }, 'deceased'],
    [
      'a patient who has died, since when',
      'Patient/1',
      { 'Patient/1': { deceasedDateTime: '2026-03-01' } },
      'deceased',
    ],
    ['a record that is inactive', 'Person/2', { 'Patient/1': { active: false } }, 'inactive'],
    ['a record that is gone', 'Patient/1', { 'Patient/1': undefined, 'Person/2': undefined }, 'not on record'],
    ['an account that is inactive', 'Person/2', { 'Person/2': { active: false } }, 'inactive'],
    ['an account that is gone', 'Person/2', { 'Person/2': undefined }, 'no account'],
    ['a proxy of a patient who has died', 'RelatedPerson/3', { 'Patient/1': { deceasedBoolean: true } }, 'deceased'],
    ['a proxy no more', 'RelatedPerson/3', { 'RelatedPerson/3': { active: false } }, 'no proxy'],
    [
      'a proxy whose time is over',
      'RelatedPerson/3',
      { 'RelatedPerson/3': { period: { end: '2026-02' } } },
      'no proxy',
    ],
    ['a proxy without an account', 'RelatedPerson/3', { 'Person/4': undefined }, 'no account'],
    [
      'anybody, where the message was taken back',
      'Person/2',
      { 'Communication/1': { status: 'entered-in-error' } },
      'retracted',
    ],
  ];
  for (const [who, reference, meanwhile, reason] of withheld)
    it(`[C23] nothing goes to ${who}, and the record says so`, async () => {
      const { to: addresses, records } = await sent(to(reference), meanwhile);
      assert.deepEqual(addresses, []);
      assert.deepEqual(records, [{ outcome: 'withheld', reasons: [reason] }]);
    });

  it('a proxy is reached by their own account', async () => {
    assert.deepEqual((await sent(to('RelatedPerson/3'))).to, ['proxy@example.org']);
  });

  it('the channel: the first that reaches the person, or each that was asked for', async () => {
    const email = scripted(done);
    const sms = scripted(done, 'sms');
    const dispatcher = delivery.dispatcher([email, sms]);
    const post = async (contact: Contact, channels?: string[]) => {
      await delivery.post({ ...newMessage, persons: [{ contact }], ...(channels ? { channels } : {}) });
      await dispatcher.idle();
      return [email.sent.splice(0).length, sms.sent.splice(0).length];
    };
    const both = { email: 'a@example.org', phone: '+15555550199' };
    assert.deepEqual(await post(both), [1, 0]);
    assert.deepEqual(await post({ phone: both.phone }), [0, 1]);
    assert.deepEqual(await post(both, ['sms']), [0, 1]);
    assert.deepEqual(await post(both, ['email', 'sms']), [1, 1]);
  });

  it('another channel, where a try by the first has failed and the address is gone', async () => {
    const email = scripted(() => later);
    const sms = scripted(done, 'sms');
    const dispatcher = delivery.dispatcher([email, sms]);
    const phone = { system: 'phone', value: '+15555550199' } as const;
    delivery.people.set('Patient/1', { ...patient, telecom: [...patient.telecom!, phone] });
    await delivery.post(to('Person/2'));
    await dispatcher.idle();
    delivery.people.set('Patient/1', { ...patient, telecom: [phone] });
    delivery.clock.time += 5_000;
    await dispatcher.idle();
    assert.deepEqual([email.sent.length, sms.sent.length], [1, 1]);
    assert.equal(email.sent[0]?.id, sms.sent[0]?.id);
  });

  it('a channel that hangs holds up no other', async () => {
    let release = (): void => {};
    const hung = new Promise<void>(resolve => (release = resolve));
    const email = scripted(async () => (await hung, done()));
    const arrived = new Promise<void>(resolve => {
      const sms = scripted(() => (resolve(), done()), 'sms');
      const dispatcher = delivery.dispatcher([email, sms]);
      dispatcher.start();
      after(() => dispatcher.stop());
    });
    for (let i = 0; i < 30; i++) await delivery.post({ ...newMessage, about: `Task/${i}` });
    await delivery.post({ ...newMessage, persons: [{ contact: { phone: '+15555550199' } }] });
    await arrived;
    release();
  });
});

describe('dead deliveries', () => {
  it('are kept whole and apart, and are sent again with all their tries', async () => {
    const delivery = startDelivery();
    const { records, store } = delivery.storage;
    await delivery.post({ ...invitation, persons: [{ reference: 'Patient/1' }] });
    const channel = scripted(done);
    delivery.people.set('Patient/1', { ...patient, telecom: [] });
    await delivery.dispatcher(channel).idle();
    const [dead, ...others] = await deadDeliveries(records, delivery.clock, 10);
    assert.deepEqual(others, []);
    assert.deepEqual(dead, { id: 'id-1', event: 'invitation', about: 'Task/1', attempts: dead?.attempts });
    assert.deepEqual(await delivery.records('Task/1'), [{ outcome: 'dead', reasons: ['no address'] }]);
    const [record] = await records.find('delivery', 'about', 'Task/1', delivery.clock.now(), 10);
    assert.ok(!JSON.stringify(record).includes('ABCD-EFGH'));
    delivery.people.set('Patient/1', patient);
    const again = await sentAgain('id-1', records, delivery.clock.now());
    await store.commit({ documents: again?.documents ?? [] });
    assert.deepEqual(await delivery.records('Task/1'), []);
    await delivery.dispatcher(channel).idle();
    assert.deepEqual(
      channel.sent.map(({ id, to }) => [id, to]),
      [['id-1', 'record@example.org']],
    );
    assert.deepEqual(await delivery.records('Task/1'), [{ outcome: 'sent', reasons: ['sent'] }]);
    assert.deepEqual(await deadDeliveries(records, delivery.clock, 10), []);
    assert.equal(await sentAgain('id-1', records, delivery.clock.now()), undefined);
  });

  it('are forgotten when the notice is past its use', async () => {
    const delivery = startDelivery();
    await delivery.post({ ...invitation, expires: delivery.clock.now() + 1000 });
    await delivery.dispatcher(scripted(() => ({ kind: 'failed', reason: 'no such mailbox' }))).idle();
    assert.equal((await deadDeliveries(delivery.storage.records, delivery.clock, 10)).length, 1);
    delivery.clock.time += 1000;
    assert.deepEqual(await deadDeliveries(delivery.storage.records, delivery.clock, 10), []);
  });
});

describe('the delay between tries', () => {
  const bytes = (value: number) => ({ bytes: (size: number) => new Uint8Array(size).fill(value) });

  it('doubles up to an hour, with jitter of half', () => {
    assert.equal(retryDelay(1, bytes(0)), 2_500);
    assert.equal(retryDelay(1, bytes(255)), 5_000);
    assert.equal(retryDelay(3, bytes(0)), 10_000);
    assert.equal(retryDelay(40, bytes(255)), 3_599_973);
  });
});
