/** The commands of docs/integrating.md, as somebody pastes them into a shell, against the program as it is started. */
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { startProgram, type StartedProgram } from '../fixtures/started-program.js';
import { App } from './launch.js';

const REDIRECT = 'https://app.example.org/back';

/** The blocks of the page that are for a shell. */
const blocks = [...readFileSync(join(process.cwd(), 'docs/integrating.md'), 'utf8').matchAll(/```sh\n(.*?)```/gs)].map(
  ([, text = '']) => text,
);

/** Stands for npm: runs the compiled commands. */
const NPM = `#!/bin/sh
shift; [ "$1" = --silent ] && shift
name=$1; shift 2
exec node dist/src/commands/$name.js "$@"
`;

/** A shell that keeps its variables from block to block. */
class Shell {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly lines: AsyncIterator<string>;

  constructor(env: Readonly<Record<string, string>>, programs: string) {
    const path = [programs, dirname(process.execPath), process.env['PATH'] ?? ''].join(':');
    this.child = spawn('bash', [], { env: { ...env, PATH: path }, stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = createInterface(this.child.stdout)[Symbol.asyncIterator]();
  }

  /** Resolves with what it prints. @param typed what somebody types while it runs */
  async run(block: string, typed = ''): Promise<string> {
    this.child.stdin.write(`${block}${typed}\necho; echo "-- $?"\n`);
    const printed: string[] = [];
    for (;;) {
      const { value, done } = await this.lines.next();
      const [, status] = /^-- (\d+)$/.exec(String(value)) ?? [];
      if (done || status !== undefined) {
        assert.equal(status, '0', printed.join('\n'));
        return printed.join('\n').trim();
      }
      printed.push(value);
    }
  }

  end(): void {
    this.child.stdin.end();
  }
}

const hasCurl = spawnSync('curl', ['--version']).status === 0 || process.env['CI'] === 'true';

if (hasCurl)
  describe('docs/integrating.md', () => {
    let program: StartedProgram;
    let programs: string;
    let shell: Shell;
    before(async () => {
      program = await startProgram();
      programs = mkdtempSync(join(tmpdir(), 'portico-npm-'));
      writeFileSync(join(programs, 'npm'), NPM);
      chmodSync(join(programs, 'npm'), 0o755);
      shell = new Shell(program.env, programs);
    });
    after(async () => {
      shell.end();
      await program.close();
      rmSync(programs, { recursive: true });
    });

    const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
    /** The block that holds the text, with the address of the demo in place of the usual one. */
    const block = (text: string): string => {
      const found = blocks.filter(one => one.includes(text));
      assert.equal(found.length, 1, text);
      return (found[0] ?? '').replaceAll('http://127.0.0.1:8080', program.url);
    };

    it('[PKB-9] [R122] leads from registration to the first read, command by command', async () => {
      const configuration = json(await shell.run(block('BASE=')));
      assert.equal(configuration['issuer'], `${program.url}/oauth`);
      assert.equal(json(await shell.run(block('clients -- add app')))['client_id'], 'growth-chart');
      assert.match(String(json(await shell.run(block('/oauth/register')))['client_id']), /./);

      const address = await shell.run(block('/oauth/authorize'));
      const app = new App(program);
      const asked = await app.ask();
      const shown = await asked.jar.open(address, REDIRECT);
      const { url } = await app.allow({ ...asked, redirect: REDIRECT }, await app.signIn({ ...asked, shown }), {});
      const { searchParams: answer } = new URL(url);
      assert.equal(answer.get('state'), '1234');
      await shell.run(block('read -r CODE'), answer.get('code') ?? '');

      const tokens = json(await shell.run(block('grant_type=authorization_code')));
      assert.equal(tokens['patient'], 'demo-patient');
      assert.match(String(json(await shell.run(block('grant_type=refresh_token')))['access_token']), /./);
      const read = await shell.run(block('/Patient/$PATIENT'));
      assert.ok(read.includes('"id":"demo-patient"') && read.includes('"resourceType":"Bundle"'), read);
    });

    it('[PKB-9] [R133] gets a system its token', async () => {
      await shell.run(`BASE=${program.url}\n`);
      const answer = json(await shell.run(block('grant_type=client_credentials')));
      assert.equal(answer['scope'], 'system/Patient.rs');
    });

    it('has no command that is not tried', () => {
      assert.equal(blocks.length, 9);
    });
  });
