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

export function createProject(): Project {
  const root = mkdtempSync(join(tmpdir(), 'portico-tools-'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  for (const path of ['tools', 'tsconfig.json', 'package.json', 'package-lock.json']) {
    cpSync(path, join(root, path), { recursive: true });
  }
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  write('src/definitions/generate.ts', `import '../fhir/kernel.js';\n${countingGenerator('definitions')}`);
  write('src/validate/generate.ts', countingGenerator('validate'));
  write('src/fhir/kernel.ts', 'export const kernel = 1;\n');
  write('src/main.ts', 'console.log(process.argv.slice(2).join());\n');
  write('profiles/one.json', '{}');
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
