/**
 * `node tools/run.mjs src/main.js ARGUMENTS`: builds what changed, then runs that module of dist/ in this same process, so
 * that a signal to its process group or to it reaches the server, with no build in between. The image has no
 * sources: there it runs what was built.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requireNode, root } from './runtime.mjs';

requireNode();
if (existsSync(join(root, 'src'))) (await import('./build.mjs')).build({ quiet: true });
process.argv.splice(1, 2, join(root, 'dist', process.argv[2]));
await import(pathToFileURL(process.argv[1]).href);
