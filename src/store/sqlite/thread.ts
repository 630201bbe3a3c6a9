/** The main thread's end of a worker thread that answers numbered requests. */
import { Worker } from 'node:worker_threads';
import { renewSnapshots } from './snapshot.js';
import { faultOf, unavailable, type FaultMessage } from './storage-fault.js';

export interface Request<T> {
  number: number;
  body: T;
}

export type Reply = { number: number; value: unknown } | { number: number; fault: FaultMessage };

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** What follows from an answer takes the main thread some tenths of a millisecond: so many are given in one turn. */
const TURN = 8;

/** Megabytes for what is allocated anew, of which a thread that copies rows needs little. */
const YOUNG = 6;

export class Thread<T> {
  private readonly file: URL;
  private readonly data: unknown;
  private readonly waiting = new Map<number, Waiting>();
  private worker: Worker | undefined;
  private outbox: Request<T>[] = [];
  private readonly inbox: Reply[] = [];
  private count = 0;
  private closed = false;

  /** @param file the thread's module; @param data its `workerData`. The thread starts with the first request. */
  constructor(file: URL, data: unknown) {
    this.file = file;
    this.data = data;
  }

  /** How many answers are awaited. */
  get load(): number {
    return this.waiting.size;
  }

  /** Sends a request; those of one turn of the event loop travel together. Rejects with the thread's Fault. */
  ask(body: T): Promise<unknown> {
    if (this.closed) return Promise.reject(unavailable());
    const number = ++this.count;
    if (this.outbox.push({ number, body }) === 1) queueMicrotask(() => this.flush());
    return new Promise((resolve, reject) => this.waiting.set(number, { resolve, reject }));
  }

  /** Ends the thread amid its work; whoever waits gets this error. The next request starts another. */
  abandon(error: unknown): void {
    const worker = this.worker;
    this.worker = undefined;
    void worker?.terminate();
    this.fail(error);
  }

  /** Lets the thread answer what it was asked, then ends it. */
  async close(): Promise<void> {
    this.closed = true;
    this.flush();
    const worker = this.worker;
    if (!worker) return;
    worker.ref();
    const ended = new Promise(resolve => worker.once('exit', resolve));
    worker.postMessage([]);
    await ended;
  }

  private flush(): void {
    if (this.outbox.length === 0) return;
    try {
      const worker = (this.worker ??= this.start());
      // The process may end while nobody waits for an answer.
      worker.ref();
      worker.postMessage(this.outbox);
      this.outbox = [];
    } catch (error) {
      // No thread can be started now: the next request tries again.
      this.fail(unavailable(error));
    }
  }

  private start(): Worker {
    const worker = new Worker(this.file, {
      workerData: this.data,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG },
    });
    const lost = (error: unknown) => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      this.fail(unavailable(error));
    };
    worker.on('message', (replies: Reply[]) => this.receive(replies));
    worker.on('error', lost);
    worker.on('exit', code => lost(new Error(`a storage thread ended with code ${code}`)));
    return worker;
  }

  private receive(replies: readonly Reply[]): void {
    const idle = this.inbox.length === 0;
    this.inbox.push(...replies);
    if (idle) this.giveOut();
  }

  /** Lets other things of the event loop happen in between. */
  private giveOut(): void {
    for (const reply of this.inbox.splice(0, TURN)) this.settle(reply);
    if (this.inbox.length > 0) setImmediate(() => this.giveOut());
  }

  private settle(reply: Reply): void {
    const waiting = this.waiting.get(reply.number);
    this.waiting.delete(reply.number);
    if (this.waiting.size === 0) this.worker?.unref();
    renewSnapshots();
    if ('fault' in reply) waiting?.reject(faultOf(reply.fault));
    else waiting?.resolve(reply.value);
  }

  private fail(error: unknown): void {
    for (const reply of this.inbox.splice(0)) this.settle(reply);
    const all = [...this.waiting.values()];
    this.waiting.clear();
    // What is told as failed is not sent to the next thread.
    this.outbox = [];
    for (const { reject } of all) reject(error);
  }
}
