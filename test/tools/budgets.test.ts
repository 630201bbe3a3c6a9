import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createProject, type Project } from './project.js';

describe('tools/budgets', () => {
  let project: Project;
  const budgets = (): ReturnType<Project['run']> => project.run('tools/budgets.mjs');
  const lines = (count: number, line = '// line'): string => `${line}\n`.repeat(count);

  before(() => {
    project = createProject();
    execFileSync('git', ['init', '-q'], { cwd: project.root });
    for (const file of ['definitions/generate', 'validate/generate', 'main', 'fhir/kernel']) {
      project.write(`src/${file}.ts`, '/** Header. */\n');
    }
    project.write('.gitignore', 'node_modules\n');
  });
  after(() => project.dispose());

  it('passes what keeps to the form, in one line of figures', () => {
    const { status, stdout } = budgets();
    assert.equal(stdout.trim().split('\n').length, 1, stdout);
    assert.equal(status, 0);
  });

  const home = ['', 'home', 'somebody', 'x'].join('/');
  const faults: [string, string, string, RegExp][] = [
    ['a long file', 'src/a.ts', lines(401), /401 lines, over 400/],
    [
      'a long function',
      'src/a.ts',
      `// Header\nexport function long() {\n${lines(80)}}\n`,
      /a\.ts:2: long has 82 lines, over 80/,
    ],
    ['a long callback', 'src/a.ts', `// Header\n[].map(() => {\n${lines(80)}});\n`, /a\.ts:2:  ?has 82 lines/],
    ['a file without a header', 'src/a.ts', 'export {};\n', /no header comment/],
    ['a name in camel case', 'src/aFile.ts', '// Header\n', /not kebab-case/],
    ['a name that says nothing', 'src/fhir/utils.ts', '// Header\n', /says nothing about/],
    ['a word of unfinished work', 'docs/a.md', ['TO', 'DO: all of it\n'].join(''), /docs\/a\.md: "/],
    ["a path of somebody's machine", 'docs/a.md', `see ${home}\n`, /somebody's machine/],
  ];
  for (const [what, file, text, message] of faults) {
    it(`finds ${what}`, () => {
      project.write(file, text);
      const { status, stdout } = budgets();
      project.remove(file);
      assert.match(stdout, message);
      assert.equal(status, 1);
    });
  }

  it('lets tables of data and chapters of tests be long', () => {
    project.write('src/a.table.ts', lines(500));
    project.write(
      'test/a.test.ts',
      `describe('x', () => {\n  describe('y', () => {\n${lines(80)}    it('z');\n  });\n});\n`,
    );
    const { status, stdout } = budgets();
    project.remove('src/a.table.ts');
    project.remove('test/a.test.ts');
    assert.equal(status, 0, stdout);
  });

  it('finds medians and percentiles over the limit', () => {
    for (const name of 'abcdef') project.write(`src/${name}.ts`, lines(300));
    const { status, stdout } = budgets();
    for (const name of 'abcdef') project.remove(`src/${name}.ts`);
    assert.equal(status, 1);
    assert.match(
      stdout,
      /src: median of file lines is 300, over 80\nsrc: 90th percentile of file lines is 300, over 250/,
    );
  });

  it('finds a registry host in the lock file', () => {
    project.write('package-lock.json', '{\n"resolved": "https://registry.example.org/x.tgz"\n}\n');
    assert.match(budgets().stdout, /names a registry host/);
  });
});
