/** Processes under measurement, and the questions asked of them. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Usage {
  /** Microseconds of processor time since the start of the process. */
  cpu: number;
  /** Bytes. */
  resident: number;
}

type Ask = Readonly<Record<string, unknown>> & { op: string };
type Operations = Readonly<Record<string, (ask: never) => unknown>>;

/** In the child: answers the parent's questions; each process knows `usage`. */
export function answerParent(operations: Operations): void {
  const all: Operations = { usage, ...operations };
  process.on('message', (ask: Ask) => {
    void (async () => process.send!((await all[ask.op]!(ask as never)) ?? null))();
  });
  process.on('disconnect', () => process.exit(0));
  process.send!('ready');
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, resident: process.memoryUsage.rss() };
}

/** In the parent: one child process, asked one question at a time. */
export class Child {
  private readonly process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.process = process;
  }

  /** Resolves once the module has called `answerParent`. */
  static async start(module: string, environment: Record<string, string> = {}): Promise<Child> {
    const file = fileURLToPath(new URL(module, import.meta.url));
    const env = { ...process.env, NODE_ENV: 'production', ...environment };
    const child = new Child(fork(file, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
    await child.answer();
    return child;
  }

  async ask<T>(op: string, more: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const answer = this.answer();
    this.process.send({ op, ...more });
    return (await answer) as T;
  }

  /** Resolves once it has ended. */
  async stop(): Promise<void> {
    const ended = new Promise(resolve => this.process.once('exit', resolve));
    this.process.disconnect();
    await ended;
  }

  private answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const lost = (): void => reject(new Error('a process under measurement ended'));
      this.process.once('exit', lost);
      this.process.once('message', value => {
        this.process.off('exit', lost);
        resolve(value);
      });
    });
  }
}
