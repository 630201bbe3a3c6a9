/** What a machine has: a free port, and the programs beside Node that some tests need. */
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';

/** What a program prints, or undefined where it is missing or fails. */
function output(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout.trim() : undefined;
}

/** The Chromium to test with: CHROMIUM, else the first one in PATH. */
export function chromiumPath() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return process.env.CHROMIUM ?? names.map(name => output('which', [name])).find(Boolean);
}

/** Whether there is a Python of 3.11 or later that can make virtual environments. */
export function hasPython() {
  return output('python3', ['-c', 'import sys, venv, ensurepip; assert sys.version_info >= (3, 11)']) !== undefined;
}

/** A TCP port nobody listens on. */
export function freePort() {
  return new Promise(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
