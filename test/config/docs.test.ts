import assert from 'node:assert/strict';
import { configurationPage } from '../../src/config/docs.js';
import { settings } from '../../src/config/settings.js';

describe('config/docs', () => {
  const page = configurationPage();

  it('has every setting once, with its default', () => {
    for (const name of Object.keys(settings)) assert.equal(page.split(`### ${name}\n`).length, 2, name);
    assert.match(
      page,
      /### PORT\n\nTCP port to listen on\.\n\n- Value: a whole number from 1 to 65535\n- Default: `8080`/,
    );
    assert.match(page, /### PORTICO_SMTP_URL\n[^#]*- Default: e-mails are written/);
  });
});
