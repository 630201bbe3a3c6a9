/**
 * `npm run demo`: plays the portal's main job with a new patient, over HTTP, and prints each step. It starts a server of its
 * own, or uses a running one in demo mode with the same PORTICO_DATA: `npm run demo -- --url http://127.0.0.1:8080`. Exits
 * with 1 at the first unexpected answer.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { compose } from '../compose.js';
import { loadConfig } from '../config/config.js';
import { walk } from './demo/walk.js';
import { Portal } from './demo/portal.js';
import { createPrinter } from './demo/printer.js';
import { freePort } from './free-port.js';
import { helped } from './usage.js';

const printer = createPrinter(
  line => process.stdout.write(`${line}\n`),
  text => styleText('bold', text, { stream: process.stdout }),
);

/** Starts a server on a free port, with its data in a folder that is deleted afterwards. */
async function withOwnServer(work: (portal: Portal) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'portico-demo-'));
  const port = await freePort();
  const own = { PORT: String(port), PORTICO_DATA: folder, PORTICO_URL: '', PORTICO_LOG_LEVEL: 'error' };
  const config = loadConfig({ ...process.env, ...own });
  const app = await compose(config);
  try {
    await app.listen();
    await work(new Portal(config, printer));
  } finally {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function demo(args: string[]): Promise<void> {
  process.umask(0o077);
  const { values } = parseArgs({ args, options: { url: { type: 'string' } } });
  if (values.url === undefined) return withOwnServer(walk);
  await walk(new Portal(loadConfig({ ...process.env, PORTICO_URL: values.url }), printer));
}

const USAGE = `Usage: demo [--url ADDRESS]
Plays the main job of a portal with a new patient and prints each request and answer. It starts a server of its own, or
uses the one at this address, which must be in demo mode and have the same PORTICO_DATA.`;

const INTRODUCTION = `The main job of a patient portal, over FHIR: each step with its requests, their senders, and the answers.
A resource that was shown before is shown with its new elements only.`;

try {
  const args = process.argv.slice(2);
  if (!helped(args, USAGE)) {
    process.stdout.write(`${INTRODUCTION}\n`);
    await demo(args);
    process.stdout.write('\nThe main job is done.\n');
  }
} catch (error) {
  console.error(`\nThe demo did not go as expected: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
