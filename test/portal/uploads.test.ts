/** What people upload: allowed types, by the content itself. Systems send what they have. */
import assert from 'node:assert/strict';
import { issue, onePortal, type Answer, type Caller } from './journey.js';

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

  it('[MSG-3] [E05] an upload as a resource, and a change of one, are held to the same', async () => {
    const binary = { resourceType: 'Binary', contentType: 'image/png', data: PNG.toString('base64') };
    const html = { ...binary, data: Buffer.from(padded('<html>')).toString('base64') };
    await journey().expect(415, 'demo-patient', 'POST', 'Binary', html);
    await journey().expect(415, 'demo-patient', 'POST', 'Binary', { ...binary, contentType: 'text/html' });
    await journey().expect(201, 'demo-patient', 'POST', 'Binary', binary);
  });
});
