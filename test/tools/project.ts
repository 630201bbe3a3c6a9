/** A small project with Portico's own tools in it, to try them on. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Project {
  readonly root: string;
  write(file: string, text: string): void;
  remove(file: string): void;
  /** Environment of what is run. */
  env: Record<string, string | undefined>;
  /** Runs a tool with the Node that runs the tests. */
  run(...args: string[]): { status: number | null; stdout: string; stderr: string; ms: number };
  dispose(): void;
}

const countingGenerator = (name: string): string =>
  `import { mkdirSync, appendFileSync } from 'node:fs';
   mkdirSync('dist/generated', { recursive: true });
   appendFileSync('dist/generated/runs', '${name} ');\n`;

/** An operation with a parameter of each kind. */
export const greet = {
  resourceType: 'OperationDefinition',
  id: 'Patient-greet',
  url: 'https://portico.health/fhir/OperationDefinition/Patient-greet',
  name: 'Greet',
  code: 'greet',
  parameter: [
    { name: 'day', use: 'in', min: 1, max: '1', type: 'date' },
    { name: 'times', use: 'in', min: 0, max: '1', type: 'positiveInt' },
    { name: 'tag', use: 'in', min: 0, max: '*', type: 'Coding' },
    { name: 'greeting', use: 'out', min: 1, max: '*', part: [{ name: 'text', min: 1, max: '1', type: 'string' }] },
    { name: 'return', use: 'out', min: 0, max: '1', type: 'Patient' },
  ],
};

export function createProject(): Project {
  const root = mkdtempSync(join(tmpdir(), 'portico-tools-'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const given = [
    'tools',
    'tsconfig.json',
    'package.json',
    'package-lock.json',
    'definitions/OperationDefinition.ndjson.gz',
  ];
  for (const path of given) {
    cpSync(path, join(root, path), { recursive: true });
  }
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  write('src/definitions/generate.ts', `import '../fhir/kernel.js';\n${countingGenerator('definitions')}`);
  write('src/validate/generate.ts', countingGenerator('validate'));
  write('src/fhir/kernel.ts', 'export const kernel = 1;\n');
  write('src/main.ts', 'console.log(process.argv.slice(2).join());\n');
  write('profiles/one.json', '{}');
  write('capability/portal.json', JSON.stringify({ operation: [{ name: 'greet', definition: greet.url }] }));
  write('capability/operations/Patient-greet.json', JSON.stringify(greet));
  const project: Project = {
    root,
    env: process.env,
    write,
    remove: file => rmSync(join(root, file), { recursive: true }),
    run: (...args) => {
      const started = performance.now();
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        cwd: root,
        encoding: 'utf8',
        env: project.env,
      });
      return { status, stdout, stderr, ms: performance.now() - started };
    },
    dispose: () => rmSync(root, { recursive: true }),
  };
  return project;
}
