/**
 * Form that a machine can check: sizes of files and functions, names, headers, words and paths that have no place in the
 * repository. Prints what breaks a rule, then one line with the figures; fails if anything does.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import ts from 'typescript';
import { root } from './runtime.mjs';

const limits = { fileMedian: 80, fileP90: 250, fileMax: 400, functionMedian: 10, functionMax: 80 };
const problems = [];

/** Files of the work tree, new ones included, that git does not ignore. */
function trackedFiles() {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  return list
    .toString()
    .split('\0')
    .filter(file => file && existsSync(join(root, file)));
}

const read = file => readFileSync(join(root, file), 'utf8');
const lineCount = text => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** A function that declares tests is a chapter of them, not something to be read at once. */
function isChapter(node) {
  let declares = false;
  ts.forEachChild(node.body, statement => {
    declares ||= /^(for \([^\n]*\)\s*\{?\s*)?(describe|it|before(Each)?|after(Each)?|each[A-Z]\w*)\(/.test(
      statement.getText(),
    );
  });
  return declares;
}

/** Every function with a body: its name ('' for a callback), line and length. */
function functionsIn(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const line = position => source.getLineAndCharacterOfPosition(position).line + 1;
  const visit = node => {
    if (ts.isFunctionLike(node) && node.body && !isChapter(node)) {
      const start = line(node.getStart());
      const name =
        node.name?.getText() ?? (ts.isCallExpression(node.parent) ? '' : (node.parent.name?.getText() ?? ''));
      found.push({ file, name, line: start, length: line(node.end) - start + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function checkNames(files) {
  for (const file of files.filter(name => /^(src|test|bench|tools)\//.test(name) && /\.[mc]?[jt]s$/.test(name))) {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/.test(basename(file))) problems.push(`${file}: not kebab-case`);
    const empty = file.split(/[/.]/).find(part => /^(utils?|helpers?|common|misc)$/.test(part));
    if (empty) problems.push(`${file}: "${empty}" says nothing about what is in it`);
  }
}

/** Tables of data may be long; all else may not. */
function checkSizes(files) {
  const sizes = files
    .map(file => ({ file, lines: lineCount(read(file)) }))
    .filter(({ file }) => !/\.table\.ts$/.test(file));
  for (const { file, lines } of sizes) {
    if (lines > limits.fileMax) problems.push(`${file}: ${lines} lines, over ${limits.fileMax}`);
  }
  const functions = files.flatMap(file => functionsIn(file, read(file)));
  for (const { file, name, line, length } of functions) {
    if (length > limits.functionMax)
      problems.push(`${file}:${line}: ${name} has ${length} lines, over ${limits.functionMax}`);
  }
  return {
    lines: sizes.map(size => size.lines),
    functions: functions.filter(({ name }) => name).map(one => one.length),
  };
}

function checkDistribution({ lines, functions }) {
  const figures = [
    ['median of file lines', quantile(lines, 0.5), limits.fileMedian],
    ['90th percentile of file lines', quantile(lines, 0.9), limits.fileP90],
    ['median of function lines', quantile(functions, 0.5), limits.functionMedian],
  ];
  for (const [what, value, limit] of figures)
    if (value > limit) problems.push(`src: ${what} is ${value}, over ${limit}`);
  return `${lines.length} files, ${figures.map(([what, value, limit]) => `${what} ${value} (≤ ${limit})`).join(', ')}`;
}

function checkHeaders(files) {
  for (const file of files) if (!/^(#!.*\n)?\/[*/]/.test(read(file))) problems.push(`${file}: no header comment`);
}

/** Words of unfinished work, marks of merges, and paths of the machine it was written on. */
function checkTexts(files) {
  const unfinished = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`);
  const machine = /(^|[\s"'`(=:])\/(home|Users|root|work)\/\w/m;
  const kinds = new Set(['.ts', '.mjs', '.cjs', '.md', '.yaml', '.yml', '.json', '.html', '.css', '']);
  for (const file of files.filter(name => kinds.has(extname(name)) && !/^(definitions|demo)\//.test(name))) {
    const text = read(file);
    const word = file === 'package-lock.json' ? null : unfinished.exec(text);
    if (word) problems.push(`${file}: "${word[0]}"`);
    if (/<{7}|>{7}/.test(text)) problems.push(`${file}: marks that a merge left`);
    const path = machine.exec(text);
    if (path) problems.push(`${file}: a path of somebody's machine: ${path[0].trim()}…`);
  }
}

/** The lock file must install from whichever registry a machine uses. */
function checkLock() {
  if (/"resolved": "https?:/.test(read('package-lock.json'))) problems.push('package-lock.json: names a registry host');
}

const files = trackedFiles();
const typescript = folder => files.filter(file => file.startsWith(`${folder}/`) && file.endsWith('.ts'));
checkNames(files);
const figures = checkDistribution(checkSizes(typescript('src')));
checkSizes([...typescript('test'), ...typescript('bench')]);
checkHeaders([...typescript('src'), ...files.filter(file => /^tools\/.*js$/.test(file))]);
checkTexts(files);
checkLock();
for (const problem of problems) console.log(problem);
console.log(figures);
process.exitCode = problems.length > 0 ? 1 : 0;
