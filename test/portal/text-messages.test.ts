/** Text messages of a portal, over HTTP, with a gateway that is a real server in the test. */
import assert from 'node:assert/strict';
import type { Bundle, Extension, Task } from 'fhir/r4.js';
import { asTask, issue, output, parameters, stranger, type Answer } from './journey.js';
import { eachGateway, own, ownCall, ownText, twilio, twilioCall, twilioText, type Gateway } from './text-gateway.js';

let numbers = 0;
/** Nobody's number yet, as people write it and in its form of comparison. */
function phone(): { national: string; international: string } {
  const last = String(1000 + ++numbers);
  return { national: `(212) 555-${last}`, international: `+1212555${last}` };
}

/** The states of the notices about a Task, with their reasons. */
function statesOf({ extension = [] }: Task): (string | undefined)[][] {
  const valueOf = (parts: readonly Extension[], name: string): string | undefined => {
    const part = parts.find(({ url }) => url === name);
    return part?.valueCode ?? part?.valueString;
  };
  return extension
    .filter(({ url }) => url.endsWith('/delivery'))
    .map(({ extension: parts = [] }) => ['state', 'channel', 'reason'].map(name => valueOf(parts, name)));
}

async function invited(gateway: Gateway, values: Record<string, string>): Promise<Answer> {
  return gateway.journey.expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(values));
}

async function taskOf({ journey }: Gateway, answer: Answer): Promise<Task> {
  await journey.server.app.dispatcher.idle();
  const { id = '' } = output(answer, 'return') as Task;
  return asTask(await journey.expect(200, 'demo-ehr', 'GET', `Task/${id}`));
}

const pathOf = (callback: string): string => callback.slice(callback.indexOf('/hooks/'));
/** Somebody new, with a number alone. */
function withPhone(national: string): Record<string, string> & { birthDate: string } {
  const { email: _none, ...nobody } = stranger();
  return { ...nobody, phone: national };
}

describe('text messages by Twilio', () => {
  eachGateway(twilio, twilioText, gateway => {
    it('[PC-2] an invitation to a national number, whose link holds a code that is redeemed', async () => {
      const { national, international } = phone();
      const person = withPhone(national);
      const answer = await invited(gateway(), { ...person, language: 'ar' });
      assert.deepEqual([output(answer, 'channel'), output(answer, 'language')], ['sms', 'ar']);
      const [{ text } = assert.fail('no text')] = await gateway().texts(international);
      const code = /invitation#([0-9A-Z-]+)/.exec(text)?.[1] ?? assert.fail(text);
      assert.match(text, /دعوة إلى بوابة المرضى/);
      const facts = parameters({ code, birthDate: person.birthDate });
      await gateway().journey.expect(201, '', 'POST', 'Patient/$redeem-invitation', facts);
      assert.deepEqual(statesOf(await taskOf(gateway(), answer)), [['sent', 'sms', undefined]]);
    });

    it('[PC-2] by both channels: one e-mail, one text message', async () => {
      const { national, international } = phone();
      const person = { ...withPhone(national), email: stranger().email };
      const answer = await invited(gateway(), { ...person, channel: 'both' });
      assert.deepEqual(output(answer, 'channel'), ['email', 'sms']);
      assert.equal((await gateway().texts(international)).length, 1);
      assert.equal((await gateway().journey.mails(person.email)).length, 1);
    });

    it('[PC-2] Twilio says that it arrived, and the sender finds the invitation by it', async () => {
      const { national, international } = phone();
      const answer = await invited(gateway(), withPhone(national));
      const [{ callback } = assert.fail('no text')] = await gateway().texts(international);
      for (const status of ['sent', 'delivered', 'delivered', 'undelivered'])
        assert.equal(
          (await twilioCall(gateway(), pathOf(callback), { MessageSid: 'SM1', MessageStatus: status })).status,
          200,
        );
      const task = await taskOf(gateway(), answer);
      assert.deepEqual(statesOf(task), [['delivered', 'sms', undefined]]);
      const query = `Task?_id=${task.id}&delivery-state=delivered`;
      const found = (await gateway().journey.expect(200, 'demo-ehr', 'GET', query)).body as unknown as Bundle;
      assert.equal(found.entry?.length, 1);
    });

    it('[PC-2] Twilio says before its answer that it did not arrive, and why', async () => {
      const { national } = phone();
      const portal = gateway();
      const before = portal.answers;
      portal.answers = (request, response) => {
        const fields = { MessageStatus: 'undelivered', ErrorCode: '30005', To: twilioText(request.body).to };
        void twilioCall(portal, pathOf(twilioText(request.body).callback), fields).then(() =>
          before(request, response),
        );
      };
      const answer = await invited(portal, withPhone(national));
      await portal.journey.server.app.dispatcher.idle();
      portal.answers = before;
      portal.journey.pass(60_000);
      assert.deepEqual(statesOf(await taskOf(portal, answer)), [['bounced', 'sms', 'code 30005']]);
    });

    it('[PC-2] [G11] STOP ends text messages to a number, START brings them back, and an old STOP again does nothing', async () => {
      const { national, international } = phone();
      const person = { ...withPhone(national), email: stranger().email };
      const says = async (Body: string, MessageSid: string): Promise<void> => {
        const answer = await twilioCall(gateway(), '/hooks/sms/inbound', { From: international, Body, MessageSid });
        assert.deepEqual([answer.status, await answer.text()], [200, '']);
      };
      const invite = () =>
        gateway().journey.call('demo-ehr', 'POST', 'Patient/$invite', parameters({ ...person, channel: 'sms' }));
      await says(' Stop! ', `SM-${international}-1`);
      const refused = await invite();
      assert.deepEqual([refused.status, issue(refused).code], [422, 'business-rule']);
      assert.deepEqual(output(await invited(gateway(), person), 'channel'), 'email');
      await says('Please call me', `SM-${international}-2`);
      assert.equal((await invite()).status, 422);
      await says('START', `SM-${international}-3`);
      await says('stop', `SM-${international}-1`);
      assert.equal((await invite()).status, 201);
      assert.equal((await gateway().texts(international)).length, 1);
      await says('إيقاف', `SM-${international}-4`);
      assert.equal((await invite()).status, 422);
    });

    it('[PC-2] STOP meets what is on its way: an invitation that waits is not sent', async () => {
      const { national, international } = phone();
      const portal = gateway();
      const before = portal.answers;
      portal.answers = (_request, response) => response.writeHead(503).end();
      const answer = await invited(portal, withPhone(national));
      await portal.journey.server.app.dispatcher.idle();
      portal.answers = before;
      await twilioCall(portal, '/hooks/sms/inbound', {
        From: international,
        Body: 'QUIT',
        MessageSid: `SM-${international}`,
      });
      portal.journey.pass(600_000);
      const task = await taskOf(portal, answer);
      assert.equal(statesOf(task)[0]?.[0], 'withheld');
      assert.equal((await portal.texts(international)).length, 1);
    });

    it('[PC-2] HELP is answered once, unless Twilio has answered it', async () => {
      const { international } = phone();
      const fields = { From: international, Body: 'help', MessageSid: `SM-${international}` };
      for (let i = 0; i < 2; i++) await twilioCall(gateway(), '/hooks/sms/inbound', fields);
      const answered = { ...fields, MessageSid: `SM-${international}-2`, OptOutType: 'HELP' };
      await twilioCall(gateway(), '/hooks/sms/inbound', answered);
      const texts = await gateway().texts(international);
      assert.equal(texts.length, 1);
      assert.match(texts[0]?.text ?? '', /STOP/);
    });

    it('[G11] [G12] [G15] what is not signed is not taken, and is answered with nothing', async () => {
      const { national, international } = phone();
      const fields = { From: international, Body: 'STOP', MessageSid: `SM-${international}` };
      const path = '/hooks/sms/inbound';
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const body = new URLSearchParams(fields).toString();
      const calls = [
        twilioCall(gateway(), path, fields, 'another token'),
        gateway().call(path, body, form),
        gateway().call(path, body, { ...form, 'x-twilio-signature': 'AAAA' }),
        gateway().call(path, body, { ...form, 'x-twilio-signature': Buffer.alloc(20).toString('base64') }),
        fetch(`${gateway().journey.server.url}${path}?${body}`),
      ];
      for (const answer of await Promise.all(calls)) assert.deepEqual([answer.status, await answer.text()], [401, '']);
      const url = `${gateway().journey.server.url}${path}`;
      assert.equal((await fetch(url, { method: 'PUT' })).status, 405);
      assert.equal((await gateway().call(path, 'x'.repeat(70_000), form)).status, 413);
      assert.equal((await gateway().call('/hooks/sms/elsewhere', body, form)).status, 404);
      assert.equal(output(await invited(gateway(), withPhone(national)), 'channel'), 'sms');
    });

    it('[PC-2] a signature is over the fields by name, whatever their values', async () => {
      const { national, international } = phone();
      const fields = { From: international, FromCity: 'NEW YORK', To: 'text:+15555550000', ToCity: '', Body: 'STOP' };
      assert.equal((await twilioCall(gateway(), '/hooks/sms/inbound', fields)).status, 200);
      const person = parameters({ ...withPhone(national), channel: 'sms' });
      assert.equal((await gateway().journey.call('demo-ehr', 'POST', 'Patient/$invite', person)).status, 422);
    });

    it('[G11] a signature is for one address', async () => {
      const { national, international } = phone();
      const answer = await invited(gateway(), withPhone(national));
      const [{ callback } = assert.fail('no text')] = await gateway().texts(international);
      const path = pathOf(callback);
      const other = {
        ...gateway(),
        call: (_path: string, ...rest: [string, Record<string, string>]) => gateway().call(path, ...rest),
      };
      assert.equal((await twilioCall(other, `${path}0`, { MessageStatus: 'delivered' })).status, 401);
      assert.deepEqual(statesOf(await taskOf(gateway(), answer)), [['sent', 'sms', undefined]]);
    });
  });
});

describe('text messages by a gateway of its own form', () => {
  eachGateway(own, ownText, gateway => {
    const now = () => gateway().journey.server.app.parts.clock.now();

    it('[PC-2] it says by its own name of the message that it arrived', async () => {
      const { national, international } = phone();
      const portal = gateway();
      const before = portal.answers;
      portal.answers = (_request, response) => response.end('{"sid":"m-1"}');
      const answer = await invited(portal, withPhone(national));
      assert.equal((await portal.texts(international)).length, 1);
      portal.answers = before;
      assert.equal((await ownCall(portal, '/hooks/sms/status', { sid: 'm-1', state: 'ACCEPTD' }, now())).status, 200);
      assert.equal((await ownCall(portal, '/hooks/sms/status', { sid: 'm-2', state: 'UNDELIV' }, now())).status, 200);
      assert.equal((await ownCall(portal, '/hooks/sms/status', { sid: 'm-1', state: 'DELIVRD' }, now())).status, 200);
      assert.deepEqual(statesOf(await taskOf(portal, answer)), [['delivered', 'sms', undefined]]);
    });

    it('[G11] a call of six minutes ago or to come is not taken, one of four minutes ago is, once', async () => {
      const { national, international } = phone();
      const person = { ...withPhone(national), channel: 'sms' };
      const says = async (text: string, ago: number): Promise<number> => {
        const content = { msisdn: international.slice(1), text };
        return (await ownCall(gateway(), '/hooks/sms/inbound', content, now() - ago * 60_000)).status;
      };
      const invite = async (): Promise<number> =>
        (await gateway().journey.call('demo-ehr', 'POST', 'Patient/$invite', parameters(person))).status;
      assert.deepEqual([await says('STOP', 6), await says('STOP', -6)], [401, 401]);
      assert.equal(await invite(), 201);
      const at = now() - 4 * 60_000;
      const stop = () => ownCall(gateway(), '/hooks/sms/inbound', { msisdn: international.slice(1), text: 'STOP' }, at);
      assert.deepEqual(
        (await Promise.all([stop(), stop()])).map(({ status }) => status),
        [200, 200],
      );
      assert.equal(await invite(), 422);
      assert.equal(await says('start', 0), 200);
      assert.equal((await stop()).status, 200);
      assert.equal(await invite(), 201);
    });

    it('[G11] a call whose body was changed, or that is not signed, is not taken', async () => {
      const { international } = phone();
      const changed: Gateway = {
        ...gateway(),
        call: (path, body, headers) => gateway().call(path, body.replace('Hello', 'STOP'), headers),
      };
      const content = { msisdn: international.slice(1), text: 'Hello' };
      const answer = await ownCall(changed, '/hooks/sms/inbound', content, now());
      assert.deepEqual([answer.status, await answer.text()], [401, '']);
      const plain = await gateway().call('/hooks/sms/inbound', JSON.stringify(content), {
        'content-type': 'application/json',
      });
      assert.equal(plain.status, 401);
    });
  });
});
