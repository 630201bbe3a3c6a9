/** The virus scanner, where one is configured, and the worker that scans what is held. */
import { createClamd } from '../outbound/clamd.js';
import { createVirusScan, type VirusScan } from '../content/virus-scan.js';
import type { Config } from '../config/config.js';
import { outboxDocuments } from '../delivery/outbox.js';
import type { Log } from '../observe/log.js';
import type { Effect } from '../portal/effect.js';
import { createBackgroundWorker, type BackgroundWorker } from '../runtime/background-worker.js';
import type { HandlerParts } from '../service.js';
import type { Store } from '../store/port.js';
import { HELD_AT_ONCE, scanHeld } from '../writing/scan-held.js';
import type { Model } from './model.js';

/** Milliseconds between looks at what is held. */
const INTERVAL = 1000;

/** What is held has more time than a request, in which somebody waits. */
const PATIENCE = 4;

/** Undefined without a scanner: nothing is scanned then. */
export const scanOf = ({ clamd }: Config, log: Log): VirusScan | undefined =>
  clamd && createVirusScan(createClamd(clamd, reason => log.warn('virus scan', { reason: textOf(reason) })));

const textOf = (reason: unknown): string => (reason instanceof Error ? reason.message : 'unknown');

export interface ScanningParts {
  config: Config;
  log: Log;
  model: Model;
  handling: HandlerParts & { store: Store };
}

/** Without a scanner what is held waits for one. */
export function scanWorkers({ config, log, model, handling }: ScanningParts): BackgroundWorker[] {
  const { clamd } = config;
  const scan = clamd && scanOf({ ...config, clamd: { ...clamd, timeout: PATIENCE * clamd.timeout } }, log);
  if (!scan) return [];
  const endpointOf = (partition: string) =>
    model.endpoints.find(one => one.partition === partition && one.resources.get('Binary')?.interactions.has('create'));
  const report = (error: unknown): void => log.error('virus scan', error);
  const outbox = (effect: Effect) => outboxDocuments(effect, handling);
  const held = { ...handling, scan, endpointOf, report, outbox, own: model.definitions.own };
  return [createBackgroundWorker(() => scanHeld(held), { full: HELD_AT_ONCE, interval: INTERVAL, report })];
}
