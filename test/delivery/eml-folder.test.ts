/** E-mails as files. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { createEmlFolder } from '../../src/delivery/channels/eml-folder.js';
import { openMailbox } from '../../src/delivery/mailbox.js';
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
    const [mail] = await openMailbox(folder).list(10);
    assert.equal(mail?.id, 'id-1');
    assert.equal(mail.subject, 'دعوة إلى بوابة المرضى الخاصة بك');
    assert.equal(mail.to, 'ned@example.org');
    const { text = '', html = '' } = await parsed(await readFile(join(folder, 'id-1.eml'), 'utf8'));
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
      (await openMailbox(folder).list(2)).map(({ id }) => id),
      ['id-1', 'id-3'],
    );
  });

  it('reads encoded words of any charset, joined across the lines of a subject', async () => {
    const mail = ['To: a@b.org', 'Subject: =?iso-8859-1?Q?R=E9sultat?=', ' =?utf-8?B?IMOpdMOp?=', '', 'x'].join('\r\n');
    await writeFile(join(folder, 'm.eml'), mail);
    assert.equal((await openMailbox(folder).list(1))[0]?.subject, 'Résultat été');
  });

  it("[H07] and its e-mails are their owner's alone", async () => {
    const delivery = startDelivery();
    await delivery.post(invitation);
    const mails = join(folder, 'mails');
    await delivery.dispatcher(createEmlFolder({ folder: mails, from: 'Portico <no-reply@localhost>' })).idle();
    const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
    assert.deepEqual([await modeOf(mails), await modeOf(join(mails, 'id-1.eml'))], [0o700, 0o600]);
  });

  it('is read by the names of its own files alone', async () => {
    const mails = join(folder, 'mails');
    await mkdir(mails);
    const text = ['To: a@b.org', 'Subject: x', '', 'x'].join('\r\n');
    for (const place of [mails, folder]) await writeFile(join(place, 'm.eml'), text);
    assert.equal((await openMailbox(mails).read('m'))?.subject, 'x');
    for (const id of ['../m', './m', '..', '.m', '', 'm\0'])
      assert.equal(await openMailbox(mails).read(id), undefined, id);
  });

  it('shows nothing of a message that the disk has taken in part', async () => {
    const { writeFile: whole } = fs.promises;
    mock.method(fs.promises, 'writeFile', async (file: string, content: Buffer, options: object) => {
      await whole(file, content.subarray(0, 100), options);
      throw new Error('no space left');
    });
    syncBuiltinESMExports();
    const delivery = startDelivery();
    await delivery.post(invitation);
    await delivery.dispatcher(createEmlFolder({ folder, from: 'Portico <no-reply@localhost>' })).idle();
    mock.restoreAll();
    syncBuiltinESMExports();
    assert.deepEqual(await openMailbox(folder).list(10), []);
    delivery.clock.time += 600_000;
    await delivery.dispatcher(createEmlFolder({ folder, from: 'Portico <no-reply@localhost>' })).idle();
    assert.equal((await openMailbox(folder).list(10)).length, 1);
  });

  it('is empty before the first e-mail', async () => {
    assert.deepEqual(await openMailbox(join(folder, 'none')).list(10), []);
  });
});
