/** Preferences of people who are reached by e-mail and by text message. */
import assert from 'node:assert/strict';
import type { Communication, Extension, Patient } from 'fhir/r4.js';
import { asMessage, asPerson, issue, parameters, stranger } from './journey.js';
import { eachGateway, twilio, twilioCall, twilioText } from './text-gateway.js';

const OWN = 'https://portico.health/fhir/StructureDefinition';
const line = (channel: string): Extension => ({
  url: `${OWN}/notice-channel`,
  extension: [{ url: 'channel', valueCode: channel }],
});

let numbers = 0;

describe('preferences of e-mail and text message', () => {
  eachGateway(twilio, twilioText, gateway => {
    before(() => gateway().journey.server.app.dispatcher.stop());

    /** A member with an address of each kind, whose own e-mail about the account is read. */
    async function member(number = `+1212556${1000 + ++numbers}`) {
      const { journey } = gateway();
      const person = stranger();
      const account = asPerson(await journey.expect(201, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(person)));
      const patient = account.link?.[0]?.target.reference ?? '';
      await journey.mails(person.email);
      const { body } = await journey.expect(200, 'demo-system', 'GET', patient);
      const telecom = [
        { system: 'email', value: person.email },
        { system: 'phone', value: number },
      ];
      await journey.expect(200, 'demo-system', 'PUT', patient, { ...body, telecom });
      return { email: person.email, number, patient, caller: `demo-patient as Person/${account.id}` };
    }

    async function prefer(caller: string, patient: string, ...extension: Extension[]): Promise<void> {
      const { body } = await gateway().journey.expect(200, caller, 'GET', patient);
      await gateway().journey.expect(200, caller, 'PUT', patient, { ...body, extension });
    }

    async function write(subject: string): Promise<string> {
      const coding = [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }];
      const sent = await gateway().journey.expect(201, 'demo-clinician', 'POST', 'Communication', {
        ...{ resourceType: 'Communication', status: 'completed', category: [{ coding }] },
        ...{ subject: { reference: subject }, payload: [{ contentString: 'Hello' }] },
      });
      return `Communication/${asMessage(sent).id}`;
    }

    async function states(message: string): Promise<(string | undefined)[][]> {
      const { body } = await gateway().journey.expect(200, 'demo-clinician', 'GET', message);
      const { extension = [] } = body as unknown as Communication;
      return extension
        .filter(({ url }) => url === `${OWN}/delivery`)
        .map(({ extension: parts = [] }) =>
          ['state', 'channel'].map(name => parts.find(({ url }) => url === name)?.valueCode),
        )
        .sort();
    }

    const counts = async (email: string, number: string): Promise<number[]> => {
      const texts = (await gateway().texts(number)).length;
      return [(await gateway().journey.mails(email)).length - 1, texts];
    };

    const choices: [string, number[], string[][]][] = [
      [
        'both',
        [1, 1],
        [
          ['sent', 'email'],
          ['sent', 'sms'],
        ],
      ],
      ['sms', [0, 1], [['sent', 'sms']]],
      ['email', [1, 0], [['sent', 'email']]],
    ];
    for (const [choice, expected, shown] of choices)
      it(`[PC-7] a patient who chooses ${choice} is notified so, and the message shows each`, async () => {
        const { email, number, patient, caller } = await member();
        await prefer(caller, patient, line(choice));
        const message = await write(patient);
        assert.deepEqual(await counts(email, number), expected);
        assert.deepEqual(await states(message), shown);
      });

    it('[PC-7] STOP stands on the record of everybody with that number, and START takes it back', async () => {
      const { journey } = gateway();
      const one = await member();
      const other = await member(one.number);
      for (const { caller, patient } of [one, other]) await prefer(caller, patient, line('both'));
      const says = (Body: string, MessageSid: string) =>
        twilioCall(gateway(), '/hooks/sms/inbound', { From: one.number, Body, MessageSid });
      const optOuts = async (patient: string): Promise<unknown[]> => {
        const { body } = await journey.expect(200, 'demo-system', 'GET', patient);
        const { extension = [] } = body as unknown as Patient;
        return extension.filter(({ url }) => url === `${OWN}/opt-out`).map(({ valueCode }) => valueCode);
      };
      await says('STOP', `SM-${one.number}-1`);
      assert.deepEqual([await optOuts(one.patient), await optOuts(other.patient)], [['sms'], ['sms']]);
      await write(one.patient);
      assert.deepEqual(await counts(one.email, one.number), [1, 0]);
      const asked = parameters({ channel: 'sms', ...stranger(), phone: one.number });
      const refused = await journey.call('demo-ehr', 'POST', 'Patient/$invite', asked);
      assert.deepEqual([refused.status, issue(refused).code], [422, 'business-rule'], refused.text);
      await prefer(one.caller, one.patient, line('both'));
      await write(one.patient);
      assert.deepEqual(await counts(one.email, one.number), [2, 0], 'a number that said STOP is kept from');
      await says('START', `SM-${one.number}-2`);
      assert.deepEqual([await optOuts(one.patient), await optOuts(other.patient)], [[], []]);
      await write(other.patient);
      assert.deepEqual(await counts(other.email, other.number), [1, 1]);
    });
  });
});
