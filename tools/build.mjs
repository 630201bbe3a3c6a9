/**
 * `npm run build`: compiles what changed into dist/, then generates dist/generated/ where its inputs changed.
 * `npm start`, `npm test` and the commands go through it, so finding nothing to do takes milliseconds: it compares the
 * sizes and times of the inputs with those of the last good build, kept in dist/.build.json.
 *
 * --quiet  says nothing when there is nothing to do
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeOperationTypes } from './operation-types.mjs';
import { requireNode, root } from './runtime.mjs';

const compiler = join(root, 'node_modules/typescript7/bin/tsc');
/** Each may read what those before it wrote. */
const generators = ['dist/src/definitions/generate.js', 'dist/src/validate/generate.js'];
const stampFile = join(root, 'dist/.build.json');
const sources = ['src', 'test', 'bench', 'tsconfig.json', 'package-lock.json'];
const data = ['definitions', 'profiles', 'capability'];

/** Every file below a path (or the path itself, where it is a file), in a stable order; nothing where it is missing. */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap(entry => {
    const full = join(path, entry.name);
    return entry.isDirectory() ? filesBelow(full) : [full];
  });
}

/** One hash over the names, sizes and times of these paths. */
function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(path => filesBelow(join(root, path)))) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(root, file)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Adds the text of a compiled module, and of all it imports of ours, to a hash. */
function addClosure(hash, entry) {
  const seen = new Set();
  const visit = file => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    hash.update(text);
    for (const [, path] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) visit(resolve(dirname(file), path));
  };
  visit(join(root, entry));
}

/** Deletes compiled and copied files whose source is gone: a deleted test must not go on running. */
function removeOrphans() {
  for (const folder of ['src', 'test', 'bench']) {
    for (const file of filesBelow(join(root, 'dist', folder))) {
      const source = relative(join(root, 'dist'), file).replace(/\.js(\.map)?$/, '.ts');
      if (!existsSync(join(root, source))) rmSync(file);
    }
  }
}

/** Style sheets go beside the compiled pages, which read them at start. */
function copyStyles() {
  for (const file of filesBelow(join(root, 'src')).filter(file => file.endsWith('.css'))) {
    const copy = join(root, 'dist', relative(root, file));
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(file, copy);
  }
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {};
  }
}

function writeStamp(stamp) {
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify(stamp));
}

/** Runs a script of ours or the compiler with this very Node; its failure ends the build with its exit code. */
function step(title, args) {
  console.error(`${title} …`);
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}

function compile() {
  // The compiler trusts its own record of what it wrote; without the output that record is worthless.
  if (!existsSync(join(root, 'dist/src'))) rmSync(join(root, 'dist/.tsbuildinfo'), { force: true });
  step('Compiling', [compiler, '--project', root]);
  copyStyles();
  removeOrphans();
}

/** Runs the generators from the first one on whose code or input changed; returns what to compare with next time. */
function generate(before, dataFingerprint) {
  const hash = createHash('sha256')
    .update(dataFingerprint)
    .update(readFileSync(join(root, 'package-lock.json')));
  const now = generators.map(generator => {
    addClosure(hash, generator);
    return hash.copy().digest('hex');
  });
  const changed = existsSync(join(root, 'dist/generated')) ? now.findIndex((digest, i) => digest !== before[i]) : 0;
  if (changed < 0) return now;
  rmSync(stampFile, { force: true }); // from here on, half done is worse than not begun
  for (const generator of generators.slice(changed)) step(`Running ${generator}`, [join(root, generator)]);
  return now;
}

/** Brings dist/ up to date, or ends the process with the exit code of what failed. */
export function build({ quiet }) {
  const before = readStamp();
  const built = existsSync(join(root, 'dist/src'));
  if (!existsSync(compiler)) {
    if (built) return; // a production image: compiled before, without the compiler
    console.error('Portico is not built, and the compiler is not installed: run `npm ci` first');
    process.exit(1);
  }
  writeOperationTypes();
  const now = { code: fingerprint(sources), data: fingerprint(data) };
  if (built && before.code === now.code && before.data === now.data) {
    if (!quiet) console.error('Nothing to do');
    return;
  }
  if (!built || before.code !== now.code) compile();
  now.generated = generate(before.generated ?? [], now.data);
  writeStamp(now);
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  requireNode();
  build({ quiet: process.argv.includes('--quiet') });
}
