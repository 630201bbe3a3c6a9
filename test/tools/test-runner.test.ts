import assert from 'node:assert/strict';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProject, type Project } from './project.js';

const passing = "it('passes', () => { console.log(`skip=${process.env.PORTICO_TEST_SKIP}`); });\n";

describe('tools/test', () => {
  let project: Project;
  const test = (env: Record<string, string>, ...args: string[]): ReturnType<Project['run']> => {
    // A machine with neither Chromium nor Python.
    project.env = { PATH: '/nonexistent', ...env };
    return project.run('tools/test.mjs', ...args);
  };

  /** A machine with all; what its SMART client does when it is installed. */
  function everything(installation = ''): Record<string, string> {
    project.write('bin/python3', '#!/bin/sh\n');
    chmodSync(join(project.root, 'bin/python3'), 0o755);
    project.write('dist/test/fixtures/smart-python.js', `export function smartPython() { ${installation} }\n`);
    return { PATH: join(project.root, 'bin'), CHROMIUM: '/some/chromium', MONGODB_URI: 'mongodb://there' };
  }

  beforeEach(() => {
    project = createProject();
    project.write('dist/test/a.test.js', passing);
    project.write('dist/test/browser/b.test.js', "it('needs a browser', () => { throw new Error('ran'); });\n");
  });
  afterEach(() => project.dispose());

  it('runs what the machine can, says what it left out and why, and tells the tests', () => {
    const { status, stdout } = test({});
    assert.equal(status, 0, stdout);
    assert.match(stdout, /1 passing/);
    assert.match(stdout, /skip=browser,mongo,python/);
    assert.match(
      stdout,
      /^Skipped: the browser tests \(no Chromium found.*\n^Skipped: the mongo tests \(.*\n^Skipped: the python tests \(.*\n$/m,
    );
  });

  it('leaves nothing out that is there', () => {
    const { status, stdout } = test(everything());
    assert.match(stdout, /skip=\n/);
    assert.doesNotMatch(stdout, /Skipped/);
    assert.equal(status, 1, 'the browser test ran, and failed');
  });

  for (const env of [{ CI: 'true' }, { PORTICO_TEST_REQUIRE: '1' }]) {
    it(`fails where something is missing with ${Object.keys(env).join()}`, () => {
      const { status, stdout } = test(env);
      assert.equal(status, 1);
      assert.match(stdout, /^MISSING: the browser tests/m);
    });

    it(`fails on a pending test with ${Object.keys(env).join()}`, () => {
      const there = everything();
      project.write('dist/test/browser/b.test.js', "it('is pending');\n");
      assert.equal(test(there).status, 0);
      assert.equal(test({ ...there, ...env }).status, 1);
    });
  }

  it('leaves out what cannot be installed, and says so', () => {
    const there = everything("throw new Error('no network')");
    const { status, stdout } = test(there);
    assert.equal(test(there, 'dist/test/a.test.js').status, 0);
    assert.match(stdout, /skip=python/);
    assert.match(stdout, /^Skipped: the python tests \(.*no network\)$/m);
    assert.equal(status, 1, 'the browser test failed');
    assert.match(test({ ...there, CI: 'true' }).stdout, /^MISSING: the python tests/m);
  });

  it('passes arguments to mocha, and takes paths in the place of all tests', () => {
    project.write('dist/test/c.test.js', "it('other', () => {});\n");
    assert.match(test({}, '--grep', 'other').stdout, /other[^]*1 passing/);
    assert.match(test({}, 'dist/test/c.test.js').stdout, /other[^]*1 passing/);
  });

  it("fails with mocha's own exit code, and writes its counts where they are asked for", () => {
    project.write('dist/test/c.test.js', 'for (const n of [1, 2]) it(`fails ${n}`, () => { throw new Error(); });\n');
    const stats = join(project.root, 'stats.json');
    assert.equal(test({ PORTICO_TEST_STATS: stats }).status, 2);
    const { passes, failures, pending } = JSON.parse(readFileSync(stats, 'utf8')) as Record<string, number>;
    assert.deepEqual([passes, failures, pending], [1, 2, 0]);
  });
});
