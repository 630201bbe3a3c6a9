/** Escalates overdue work. Any number of processes may run it: the version of the work item decides between them. */
import { outboxDocuments } from '../delivery/outbox.js';
import type { Log } from '../observe/log.js';
import { escalate, overdue } from '../portal/escalation.js';
import { createBackgroundWorker, type BackgroundWorker } from '../runtime/background-worker.js';
import { runAsServer, type ServerStepParts } from '../writing/server-step.js';
import { endpointThat } from './model.js';
import { serverReader, type ServerReaderParts } from './server-reader.js';

export interface EscalationWorkerParts extends ServerReaderParts {
  readonly log: Log;
  /** How resources are written. */
  readonly handling: Omit<ServerStepParts, 'outbox' | 'endpoint'>;
}

/** Items of a round, and milliseconds between rounds. */
const AT_ONCE = 20;
const INTERVAL = 30_000;

export function createEscalation(parts: EscalationWorkerParts): BackgroundWorker {
  const { world, model, config, log, handling } = parts;
  const report = (error: unknown): void => log.error('escalation of work items', error);
  const all = serverReader(parts);
  const committing: ServerStepParts = {
    ...handling,
    outbox: effect => outboxDocuments(effect, world),
    endpoint: endpointThat(model, 'workflows'),
  };
  const one = (reference: string): Promise<boolean> =>
    runAsServer(
      'a work item is overdue',
      async () => {
        const step = await escalate(reference, { all, now: world.clock.now(), link: `${config.url}/workbench` });
        return { step, value: step.writes.length > 0 };
      },
      committing,
    );
  const round = async (): Promise<number> => {
    const late = await all.first('Task', overdue(all.own, world.clock.now()), AT_ONCE);
    let done = 0;
    for (const { version } of late) {
      // One that cannot be escalated keeps no other waiting.
      const escalated = await one(`Task/${version.key.id}`).catch(report);
      if (escalated === true) done++;
    }
    return done;
  };
  return createBackgroundWorker(round, { full: AT_ONCE, interval: INTERVAL, report });
}
