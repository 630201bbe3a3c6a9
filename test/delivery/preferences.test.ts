/** Preferences, at the moment of sending, against channels that do as they are told. */
import assert from 'node:assert/strict';
import type { Extension, Patient } from 'fhir/r4.js';
import type { Notice } from '../../src/portal/effect.js';
import { own } from '../fixtures/own.js';
import { invitation, newMessage, organization, scripted, startDelivery } from './parts.js';

const line = (channel: string, notice?: string): Extension => ({
  url: own.structure('notice-channel'),
  extension: [
    { url: 'channel', valueCode: channel },
    ...(notice === undefined ? [] : [{ url: 'notice', valueCode: notice }]),
  ],
});
const out = (valueCode: string): Extension => ({ url: own.structure('opt-out'), valueCode });
const quiet = (start: string, end: string, zone?: string): Extension => ({
  url: own.structure('quiet-hours'),
  extension: [
    { url: 'start', valueTime: start },
    { url: 'end', valueTime: end },
    ...(zone === undefined ? [] : [{ url: 'time-zone', valueCode: zone }]),
  ],
});

const both: Patient['telecom'] = [
  { system: 'email', value: 'ada@example.org' },
  { system: 'phone', value: '+12025550143' },
];

const about = (event: Notice['event'], reference = 'Patient/1'): Notice => ({
  ...newMessage,
  event,
  parameters: { ...invitation.parameters },
  persons: [{ reference }],
});

/** A patient of these preferences, two channels, and what they were given. */
function deliveryTo(extension: Extension[], telecom = both) {
  const delivery = startDelivery();
  const patient: Patient = { resourceType: 'Patient', id: '1', telecom, extension };
  delivery.people.set('Patient/1', patient);
  const email = scripted(() => ({ kind: 'sent' }), 'email');
  const sms = scripted(() => ({ kind: 'sent' }), 'sms');
  const dispatcher = delivery.dispatcher([email, sms]);
  return {
    ...delivery,
    email,
    sms,
    patient,
    async send(effect: Notice) {
      await delivery.post(effect);
      await dispatcher.idle();
      return { email: email.sent.length, sms: sms.sent.length };
    },
    idle: () => dispatcher.idle(),
  };
}

describe('preferences at the moment of sending', () => {
  const choices: [string, Extension[], { email: number; sms: number }][] = [
    ['nobody has said: the first channel that leads to them', [], { email: 1, sms: 0 }],
    ['text messages alone', [line('sms')], { email: 0, sms: 1 }],
    ['both', [line('both')], { email: 1, sms: 1 }],
    ['none', [line('none')], { email: 0, sms: 0 }],
    ['a line of its own for the kind', [line('none'), line('sms', 'new-message')], { email: 0, sms: 1 }],
    ['a line for another kind', [line('none', 'invitation')], { email: 1, sms: 0 }],
    ['no e-mail', [out('email')], { email: 0, sms: 1 }],
    ['both, but no text messages', [line('both'), out('sms')], { email: 1, sms: 0 }],
    ['nothing by any channel', [out('email'), out('sms')], { email: 0, sms: 0 }],
  ];
  for (const [title, extension, expected] of choices)
    it(`[PC-7] goes as the person wants: ${title}`, async () => {
      const delivery = deliveryTo(extension);
      assert.deepEqual(await delivery.send(about('new-message')), expected);
      const records = await delivery.records('Communication/1');
      assert.equal(records.length, Math.max(1, expected.email + expected.sms));
      if (expected.email + expected.sms === 0) assert.equal(records[0]?.outcome, 'withheld');
    });

  it('[PC-7] a person who wants text messages gets no e-mail in their place', async () => {
    const delivery = deliveryTo([line('sms')], [{ system: 'email', value: 'ada@example.org' }]);
    assert.deepEqual(await delivery.send(about('new-message')), { email: 0, sms: 0 });
    assert.deepEqual(await delivery.records('Communication/1'), [{ outcome: 'dead', reasons: ['no address'] }]);
  });

  it('[PC-7] of the channels that a caller asks for those go that the person wants', async () => {
    const delivery = deliveryTo([line('email')]);
    const sent = await delivery.send({ ...about('new-message'), channels: ['email', 'sms'] });
    assert.deepEqual(sent, { email: 1, sms: 0 });
    const outcomes = (await delivery.records('Communication/1')).map(({ outcome }) => outcome).sort();
    assert.deepEqual(outcomes, ['sent', 'withheld']);
  });

  it('[PC-7] the safety of the account is told by e-mail whatever they have set; text messages never after STOP', async () => {
    const delivery = deliveryTo([line('none'), out('email'), out('sms')]);
    assert.deepEqual(await delivery.send(about('contact-differs')), { email: 1, sms: 0 });
    assert.equal(delivery.email.sent[0]?.unsubscribe, undefined);
    const asked = deliveryTo([line('email')]);
    assert.deepEqual(await asked.send({ ...about('contact-differs'), channels: ['sms'] }), { email: 0, sms: 1 });
    const bySms = deliveryTo([out('sms')], [{ system: 'phone', value: '+12025550143' }]);
    assert.deepEqual(await bySms.send(about('contact-differs')), { email: 0, sms: 0 });
  });

  it('[PC-7] what is changed before it is sent counts', async () => {
    const delivery = deliveryTo([line('email')]);
    await delivery.post(about('new-message'));
    delivery.patient.extension = [line('sms')];
    await delivery.idle();
    assert.deepEqual([delivery.email.sent.length, delivery.sms.sent.length], [0, 1]);
  });

  it('[PC-7] waits for the end of quiet hours, in the zone of the person, and goes then', async () => {
    const delivery = deliveryTo([quiet('22:00:00', '07:00:00', 'America/New_York')]);
    delivery.clock.time = Date.parse('2026-03-08T05:30:00Z'); // 00:30 there, in the night of summer time
    assert.deepEqual(await delivery.send(about('new-message')), { email: 0, sms: 0 });
    delivery.clock.time = Date.parse('2026-03-08T11:00:00Z') - 1;
    await delivery.idle();
    assert.equal(delivery.email.sent.length, 0);
    delivery.clock.time += 1;
    await delivery.idle();
    assert.equal(delivery.email.sent.length, 1, 'at 07:00 by the clock on the wall');
    assert.deepEqual(await delivery.records('Communication/1'), [{ outcome: 'sent', reasons: ['sent'] }]);
  });

  it('[PC-7] quiet hours without a zone are those of the portal; urgent notices are not held', async () => {
    const delivery = deliveryTo([quiet('04:00:00', '06:00:00')]);
    assert.equal((await delivery.send(about('new-message'))).email, 0, '05:00 in New York');
    for (const event of ['invitation', 'activation'] as const) await delivery.send(about(event));
    assert.equal(delivery.email.sent.length, 2);
  });

  it('[PC-7] several persons with one address get one notice of an event, whichever is sent first', async () => {
    const delivery = deliveryTo([]);
    const twin: Patient = { ...delivery.patient, id: '2', telecom: [{ system: 'email', value: 'Ada@Example.org' }] };
    delivery.people.set('Patient/2', twin);
    const event = { ...about('new-message'), persons: [{ reference: 'Patient/1' }, { reference: 'Patient/2' }] };
    assert.equal((await delivery.send(event)).email, 1);
    const outcomes = (await delivery.records('Communication/1')).map(({ outcome, reasons }) => [
      outcome,
      reasons.at(-1),
    ]);
    assert.deepEqual(outcomes.sort(), [
      ['sent', 'sent'],
      ['withheld', 'address shared'],
    ]);
    assert.equal((await delivery.send({ ...event, about: 'Communication/2' })).email, 2, 'another event is told again');
  });

  it('[PC-7] of two persons with one address the one who takes notices gets it', async () => {
    const delivery = deliveryTo([out('email'), out('sms')]);
    delivery.people.set('Patient/2', { ...delivery.patient, id: '2', extension: [] });
    const event = { ...about('new-message'), persons: [{ reference: 'Patient/1' }, { reference: 'Patient/2' }] };
    assert.equal((await delivery.send(event)).email, 1);
  });

  it('[R19] a shared address is not lost where the first try for it fails', async () => {
    const delivery = startDelivery();
    for (const id of ['1', '2']) delivery.people.set(`Patient/${id}`, { resourceType: 'Patient', id, telecom: both });
    let tries = 0;
    const email = scripted(() => (++tries === 1 ? { kind: 'retry', reason: 'busy' } : { kind: 'sent' }));
    const dispatcher = delivery.dispatcher(email);
    await delivery.post({ ...about('new-message'), persons: [{ reference: 'Patient/1' }, { reference: 'Patient/2' }] });
    await dispatcher.idle();
    delivery.clock.time += 3600_000;
    await dispatcher.idle();
    const outcomes = (await delivery.records('Communication/1')).map(({ outcome }) => outcome).sort();
    assert.deepEqual([email.sent.length, outcomes], [2, ['sent', 'withheld']]);
  });

  it('[RN-24] stops while the switch that governs it is off', async () => {
    const delivery = startDelivery();
    const email = scripted(() => ({ kind: 'sent' }));
    const settings = () => Promise.resolve({ ...organization, 'provider-messages': false });
    const dispatcher = delivery.dispatcher(email, { settings });
    await delivery.post({ ...newMessage, governedBy: 'provider-messages' });
    await delivery.post({ ...newMessage, about: 'Communication/2' });
    await dispatcher.idle();
    assert.deepEqual(await delivery.records('Communication/1'), [{ outcome: 'withheld', reasons: ['switched off'] }]);
    assert.equal(email.sent.length, 1);
  });
});
