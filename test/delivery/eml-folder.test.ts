/** E-mails as files. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmlFolder, listMail } from '../../src/delivery/channels/eml-folder.js';
import { invitation, parsed, startDelivery } from './parts.js';

describe('the folder of e-mails', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-mail-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('holds a whole message a file, and lists them by subject', async () => {
    const delivery = startDelivery();
    await delivery.post({ ...invitation, language: 'ar' });
    await delivery.dispatcher(createEmlFolder({ folder, from: 'Portico <no-reply@localhost>' })).idle();
    const [mail] = await listMail(folder, 10);
    assert.equal(mail?.file, 'id-1.eml');
    assert.equal(mail.subject, 'دعوة إلى بوابة المرضى الخاصة بك');
    assert.equal(mail.to, 'ned@example.org');
    const { text = '', html = '' } = await parsed(await readFile(join(folder, mail.file), 'utf8'));
    assert.ok(text.includes('ABCD-EFGH') && html.includes('dir="rtl"'));
  });

  it('lists the newest first, and no more than asked for', async () => {
    const delivery = startDelivery();
    for (let i = 0; i < 3; i++) await delivery.post(invitation);
    await delivery.dispatcher(createEmlFolder({ folder, from: 'Portico <no-reply@localhost>' })).idle();
    for (const [id, at] of [
      ['id-1', 300],
      ['id-2', 100],
      ['id-3', 200],
    ] as const)
      await utimes(join(folder, `${id}.eml`), at, at);
    assert.deepEqual(
      (await listMail(folder, 2)).map(({ file }) => file),
      ['id-1.eml', 'id-3.eml'],
    );
  });

  it('is empty before the first e-mail', async () => {
    assert.deepEqual(await listMail(join(folder, 'none'), 10), []);
  });
});
