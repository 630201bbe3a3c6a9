import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProject, greet, type Project } from './project.js';

describe('tools/build', () => {
  let project: Project;
  const build = (): ReturnType<Project['run']> => project.run('tools/build.mjs', '--quiet');
  const generatorRuns = (): string => readFileSync(join(project.root, 'dist/generated/runs'), 'utf8').trim();

  beforeEach(() => {
    project = createProject();
    assert.equal(build().status, 0);
  });
  afterEach(() => project.dispose());

  it('does nothing, without a word, where nothing changed', () => {
    const { status, stdout, stderr } = build();
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
    assert.equal(generatorRuns(), 'definitions validate');
  });

  it('compiles what changed, and leaves the generators alone that it does not concern', () => {
    project.write('src/main.ts', "console.log('changed');\n");
    assert.equal(build().status, 0);
    assert.match(readFileSync(join(project.root, 'dist/src/main.js'), 'utf8'), /changed/);
    assert.equal(generatorRuns(), 'definitions validate');
  });

  it('runs all generators again where the data or what the first one imports changed, else from the one concerned', () => {
    project.write('profiles/two.json', '{}');
    assert.equal(build().status, 0);
    project.write('src/fhir/kernel.ts', 'export const kernel = 22;\n');
    assert.equal(build().status, 0);
    assert.equal(generatorRuns(), Array(3).fill('definitions validate').join(' '));
    project.write(
      'src/validate/generate.ts',
      `${readFileSync(join(project.root, 'src/validate/generate.ts'), 'utf8')};`,
    );
    assert.equal(build().status, 0);
    assert.equal(generatorRuns(), `${Array(3).fill('definitions validate').join(' ')} validate`);
  });

  it('copies style sheets beside the compiled code, and removes those that are gone', () => {
    const copy = join(project.root, 'dist/src/pages/styles/x.css');
    project.write('src/pages/styles/x.css', 'a {}');
    assert.equal(build().status, 0);
    assert.equal(readFileSync(copy, 'utf8'), 'a {}');
    project.remove('src/pages/styles/x.css');
    assert.equal(build().status, 0);
    assert(!existsSync(copy));
  });

  it('removes what was compiled from a source that is gone', () => {
    project.write('test/old.test.ts', 'export {};\n');
    assert.equal(build().status, 0);
    assert(existsSync(join(project.root, 'dist/test/old.test.js')));
    project.remove('test/old.test.ts');
    assert.equal(build().status, 0);
    assert(!existsSync(join(project.root, 'dist/test/old.test.js')));
    assert(!existsSync(join(project.root, 'dist/test/old.test.js.map')));
  });

  it('makes types of declared operations before it compiles: cardinality, primitives, complex types, parts', () => {
    const handler = (body: string): void =>
      project.write(
        'src/operations/greet.ts',
        `import type { GreetInput, GreetOutput } from './types.js';
         export const greet = (input: GreetInput): GreetOutput => { ${body} };\n`,
      );
    handler(`const day: string = input.day; const times: number | undefined = input.times;
      const codes = (input.tag ?? []).map(({ code }) => code);
      return { greeting: [{ text: day + times + codes.join() }], return: { resourceType: 'Patient' } };`);
    assert.equal(build().stdout, '');
    for (const wrong of [
      'return { greeting: [{ text: input.night }] };',
      'return { greeting: [{ text: input.day, times: 1 }] };',
      'return { greeting: [], return: { resourceType: "Person" } };',
      'return {};',
    ]) {
      handler(wrong);
      assert.match(build().stdout, /src\/operations\/greet\.ts/, wrong);
    }
    const parameter = [...greet.parameter, { name: 'night', use: 'in', min: 1, max: '1', type: 'string' }];
    handler('return { greeting: [{ text: input.night }] };');
    project.write('capability/operations/Patient-greet.json', JSON.stringify({ ...greet, parameter }));
    assert.equal(build().stdout, '');
  });

  it('fails on a type error, and again as long as it is there', () => {
    project.write('src/main.ts', "export const wrong: number = 'text';\n");
    for (let run = 0; run < 2; run++) {
      const { status, stdout } = build();
      assert.notEqual(status, 0);
      assert.match(stdout, /src\/main\.ts\(1,14\)/);
    }
  });

  it('takes what was built where the compiler is not installed, and says so where nothing was', () => {
    project.remove('node_modules');
    assert.equal(build().status, 0);
    project.remove('dist');
    const { status, stderr } = build();
    assert.equal(status, 1);
    assert.match(stderr, /^Portico is not built.*npm ci.*\n$/);
  });

  it('tells an older Node in one line what is needed', () => {
    const script = "import { requireNode } from './tools/runtime.mjs'; requireNode('20.20.2');";
    const { status, stderr } = project.run('--input-type=module', '-e', script);
    assert.deepEqual([status, stderr], [1, 'Portico needs Node 24 or later (this is v20.20.2)\n']);
  });

  it('runs a module with its arguments in the same process, which a signal to it reaches', async () => {
    assert.equal(project.run('tools/run.mjs', 'src/main.js', 'a', '-b').stdout, 'a,-b\n');
    project.write(
      'src/main.ts',
      `process.on('SIGTERM', () => { console.log('stopped'); process.exit(7); });
       setInterval(() => {}, 1000);
       console.log('ready');\n`,
    );
    const child = spawn(process.execPath, ['tools/run.mjs', 'src/main.js'], { cwd: project.root });
    let output = '';
    child.stdout.on('data', chunk => {
      if ((output += String(chunk)) === 'ready\n') child.kill('SIGTERM');
    });
    const [code] = await once(child, 'close');
    assert.deepEqual([code, output], [7, 'ready\nstopped\n']);
  });
});
