/** What people upload: allowed types, by the content itself. Systems send what they have. */
import assert from 'node:assert/strict';
import { asMessage, issue, onePortal, type Answer, type Caller } from './journey.js';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const PEOPLE: Caller[] = ['demo-patient', 'demo-clinician'];

onePortal(journey => {
  const upload = async (who: Caller, contentType: string, content: Buffer | string): Promise<Answer> => {
    const answer = await fetch(`${journey().server.portal}/Binary`, {
      method: 'POST',
      headers: { authorization: `Bearer ${journey().server.token(who)}`, 'content-type': contentType },
      body: typeof content === 'string' ? content : new Uint8Array(content),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text) as Answer['body'] };
  };
  const padded = (text: string): string => text.padEnd(60_000, ' ');

  it('[MSG-3] [E05] of people the allowed types are taken, told by the content and not by its name', async () => {
    const wrong: [string, Buffer | string][] = [
      ['image/png', '<html><script>alert(1)</script>'],
      ['image/png', padded('<svg xmlns="http://www.w3.org/2000/svg"/>')],
      ['image/png', '%PDF-1.4\n1 0 obj'],
      ['application/pdf', PNG],
      ['application/pdf', padded('no PDF at all')],
      ['text/plain', '<!doctype html><p>x'],
      ['text/plain', '#!/bin/sh\nrm -rf'],
      ['text/html', '<p>x</p>'],
      ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
      ['application/x-msdownload', 'MZ'],
      ['application/octet-stream', PNG],
      ['multipart/form-data; boundary=x', '--x\r\n\r\n--x--'],
      ['multipart/form-data', 'x'.repeat(60_000)],
    ];
    for (const [contentType, content] of wrong) {
      for (const who of PEOPLE) {
        const answer = await upload(who, contentType, content);
        assert.equal(answer.status, 415, `${contentType}: ${answer.text}`);
        assert.deepEqual(issue(answer), { code: 'not-supported', expression: 'Binary.contentType' });
      }
    }
    for (const who of PEOPLE) assert.equal((await upload(who, 'image/png', PNG)).status, 201);
    assert.equal((await upload('demo-system', 'application/octet-stream', PNG)).status, 201);
    assert.deepEqual(await journey().storage.records.due('upload', Infinity, 10), []);
  });

  it('[E08] base64 that is none is refused by its place; white space in it means nothing, however much', async () => {
    const data = PNG.toString('base64');
    const spaced = Array.from(data).join('\r\n \t');
    const post = (text: string) =>
      journey().call('demo-patient', 'POST', 'Binary', {
        resourceType: 'Binary',
        contentType: 'image/png',
        data: text,
      });
    for (const wrong of [
      `${data}=`,
      data.slice(0, -1),
      `${data.slice(0, -4)}-_==`,
      `=${data.slice(1)}`,
      '%'.repeat(4),
    ]) {
      const answer = await post(wrong);
      assert.deepEqual([answer.status, issue(answer)], [400, { code: 'value', expression: 'Binary.data' }], wrong);
    }
    for (const text of [spaced, data + ' '.repeat(2_000_000)]) {
      const { body } = await post(text);
      const headers = { authorization: `Bearer ${journey().server.token('demo-patient')}`, accept: 'image/png' };
      const content = await fetch(`${journey().server.portal}/Binary/${String(body.id)}`, { headers });
      assert.deepEqual(Buffer.from(await content.arrayBuffer()), PNG);
    }
  });

  it('[MSG-3] [E05] an upload as a resource, and a change of one, are held to the same', async () => {
    const binary = { resourceType: 'Binary', contentType: 'image/png', data: PNG.toString('base64') };
    const html = { ...binary, data: Buffer.from(padded('<html>')).toString('base64') };
    await journey().expect(415, 'demo-patient', 'POST', 'Binary', html);
    await journey().expect(415, 'demo-patient', 'POST', 'Binary', { ...binary, contentType: 'text/html' });
    await journey().expect(201, 'demo-patient', 'POST', 'Binary', binary);
  });

  it('[MSG-3] [E06] a file is saved under the title that its message gives it, made safe; its headers let nothing run', async () => {
    const download = async (title: string): Promise<Headers> => {
      const file = { contentType: 'image/png', data: PNG.toString('base64'), title };
      const message = {
        resourceType: 'Communication',
        status: 'completed',
        subject: { reference: 'Patient/demo-patient' },
        payload: [{ contentAttachment: file }],
      };
      const { payload } = asMessage(await journey().expect(201, 'demo-clinician', 'POST', 'Communication', message));
      const url = payload?.[0]?.contentAttachment?.url ?? '';
      return (await journey().expect(200, 'demo-patient', 'GET', url, undefined, { accept: 'image/*' })).headers;
    };
    for (const [title, expected] of [
      ['Result "1".png', 'attachment; filename="Result _1_.png"'],
      ['../../x\r\nSet-Cookie: a=b', 'attachment; filename="xSet-Cookie_ a=b"'],
      ['نتيجة.png', /^attachment; filename="\?+\.png"; filename\*=UTF-8''%D9%86[%A-F\d]+\.png$/],
      ['/', 'attachment'],
    ] as const) {
      const headers = await download(title);
      const disposition = headers.get('content-disposition') ?? '';
      if (typeof expected === 'string') assert.equal(disposition, expected);
      else assert.match(disposition, expected);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.match(headers.get('content-security-policy') ?? '', /sandbox/);
      assert.equal(headers.get('content-type'), 'image/png');
      assert.equal(headers.get('set-cookie'), null);
    }
  });
});
