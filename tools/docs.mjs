/**
 * `npm run docs`: writes the pages that are generated from the code.
 *
 * --check  writes nothing; names the pages that are out of date, and fails if there are any
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { configurationPage } from '../dist/src/config/docs.js';
import { configurationProfile, settingsExtension } from '../dist/src/configuration/definitions.js';
import { portalConfigurationSection } from '../dist/src/configuration/docs.js';
import { root } from './runtime.mjs';

const style = await resolveConfig(join(root, 'package.json'));
const asJson = resource => format(JSON.stringify(resource), { ...style, parser: 'json' });
const asMarkdown = text => format(text, { ...style, parser: 'markdown' });

const pages = {
  'docs/configuration.md': `${configurationPage()}\n${await asMarkdown(portalConfigurationSection())}`,
  'profiles/portal-configuration/profile.json': await asJson(configurationProfile()),
  'profiles/portal-settings/profile.json': await asJson(settingsExtension()),
};
const check = process.argv.includes('--check');

function current(file) {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return undefined;
  }
}

for (const [file, text] of Object.entries(pages)) {
  if (current(file) === text) continue;
  if (check) {
    console.error(`${file} is out of date: run \`npm run docs\``);
    process.exitCode = 1;
  } else {
    writeFileSync(join(root, file), text);
    console.log(`Wrote ${file}`);
  }
}
