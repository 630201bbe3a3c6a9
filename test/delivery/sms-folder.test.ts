/** Text messages as files, and as pages show them beside the e-mails. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmlFolder } from '../../src/delivery/channels/eml-folder.js';
import { createSmsFolder } from '../../src/delivery/channels/sms-folder.js';
import { openMailbox } from '../../src/delivery/mailbox.js';
import { invitation, startDelivery } from './parts.js';

describe('the folder of text messages', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-sms-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('[PC-2] [H07] holds each with its segments, for its owner alone, and is shown together with the e-mails', async () => {
    const delivery = startDelivery();
    const mails = join(folder, 'mail');
    const texts = join(folder, 'sms');
    const channels = [createEmlFolder({ folder: mails, from: 'Portico <no-reply@localhost>' }), createSmsFolder(texts)];
    const persons = [{ contact: { email: 'ned@example.org', phone: '+15555550100' } }];
    await delivery.post({ ...invitation, persons, channels: ['email', 'sms'], language: 'ar' });
    await delivery.dispatcher(channels).idle();
    await utimes(join(texts, 'id-2.json'), 1, 1);
    const mailbox = openMailbox(mails, texts);
    const listed = await mailbox.list(10);
    assert.deepEqual(
      listed.map(({ id, to }) => [id, to]),
      [
        ['id-1', 'ned@example.org'],
        ['id-2', '+15555550100'],
      ],
    );
    const text = await mailbox.read('id-2');
    assert.ok(text?.text.includes('invitation#ABCD-EFGH') && text.subject === undefined && text.html === undefined);
    assert.equal(
      (JSON.parse(await readFile(join(texts, 'id-2.json'), 'utf8')) as { encoding: string }).encoding,
      'ucs2',
    );
    const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
    assert.deepEqual([await modeOf(texts), await modeOf(join(texts, 'id-2.json'))], [0o700, 0o600]);
    for (const id of ['id-3', '../sms/id-2', 'id-2.json', '']) assert.equal(await mailbox.read(id), undefined, id);
  });
});
