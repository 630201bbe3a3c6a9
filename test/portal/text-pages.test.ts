/** Demo mode shows the text messages that it keeps, beside the e-mails. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { onePortal, parameters, stranger } from './journey.js';

onePortal(journey => {
  it('[PC-2] the landing page lists a text message, whose page shows it in its direction, with its segments', async () => {
    const person = { ...stranger(), phone: '(212) 555-0199', channel: 'both', language: 'ar' };
    await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(person));
    await journey().mails(person.email);
    const { url, folder } = journey().server;
    const [file = ''] = readdirSync(join(folder, 'sms'));
    const page = `/mail/${file.replace(/\.json$/, '')}`;
    const ask = async (path: string): Promise<string> => (await fetch(`${url}${path}`)).text();
    const listed = await ask('/');
    assert.ok(listed.includes(`href="${page}?lang=en"`) && listed.includes('>Text message</a>'));
    assert.equal(listed.split('href="/mail/').length, 3, 'the e-mail and the text message');
    const shown = await ask(page);
    assert.match(shown, /<bdi>\+12125550199<\/bdi>/);
    assert.match(shown, /<h2>Text message of \d parts?</);
    assert.match(shown, /<pre class="letter" dir="auto"[^>]*>[^<]*\/invitation#[0-9A-Z-]+/);
    assert.ok(!shown.includes('<iframe'));
    assert.match(await ask(`${page}?lang=ar`), /<h1 dir="auto">رسالة نصية<\/h1>/);
  });
});
