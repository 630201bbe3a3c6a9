/**
 * What the tools share: the project root, and the one line an older Node gets. Plain JavaScript that any Node able to
 * run npm can parse, because the check has to run before anything newer is loaded.
 */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Ends the process with one line where Node is older than the `engines` of package.json ask for. */
export function requireNode(version = process.versions.node) {
  if (Number.parseInt(version, 10) >= 24) return;
  console.error(`Portico needs Node 24 or later (this is v${version})`);
  process.exit(1);
}
