/** Every template, in every language, with the parameters its effect carries. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadTemplates } from '../../src/delivery/templates.js';
import { templatesFolder } from './parts.js';

const parameters = { name: 'A', code: 'B', link: 'https://portal.example.org', topic: '', until: '2026-01-01' };

describe('templates', () => {
  const templates = loadTemplates(templatesFolder, 'en');

  it('are the same set in each language', () => {
    assert.deepEqual(readdirSync(join(templatesFolder, 'ar')), readdirSync(join(templatesFolder, 'en')));
  });

  for (const language of ['en', 'ar'])
    for (const name of ['invitation', 'invitation-visit', 'new-message', 'enrolled'])
      it(`${language}: ${name} renders its three parts`, async () => {
        const rendered = await templates.render(name, language, parameters);
        assert.equal(rendered.language, language);
        for (const part of [rendered.subject, rendered.text, rendered.html]) {
          assert.ok(part.length > 5 && !/[{}]{2}|undefined/.test(part), part);
        }
      });

  it('refuse to leave a parameter out', async () => {
    await assert.rejects(templates.render('invitation', 'en', { name: 'A' }));
  });
});
