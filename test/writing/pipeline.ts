/** The write pipeline on its own: real endpoints, validator and memory store, and a record of what it did in which order. */
import { createHash, randomUUID } from 'node:crypto';
import { loadEndpoints } from '../../src/definitions/capability.js';
import { loadDefinitions } from '../../src/definitions/load.js';
import type { Resource } from '../../src/fhir/resource.js';
import { createRegistry } from '../../src/search/registry.js';
import type { Context, EndpointStore, WriteRule, Writing } from '../../src/service.js';
import { own } from '../fixtures/own.js';
import { openMemory } from '../../src/store/memory/open.js';
import type { Storage } from '../../src/store/port.js';
import { createValidator } from '../../src/validate/validator.js';
import { createWriting } from '../../src/writing/writing.js';

const root = process.cwd();
const definitions = loadDefinitions(root);
const registry = createRegistry(definitions.searchParameters());
const validator = createValidator(definitions, { root });
const customers = [{ key: 'demo', referencesEnforced: true }];
const endpoints = loadEndpoints(root, { publicUrl: 'https://portal.example', customers, definitions });

export const NOW = Date.UTC(2026, 0, 1);
export const clock = { now: () => NOW };

export interface Pipeline {
  writing: Writing;
  /** The customer endpoint, where references are enforced. */
  target: EndpointStore;
  storage: Storage;
  /** What happened, in order: `shape`, `rule`, `rules`, `whole` (shape and rules), `references`, `content`. */
  events: string[];
}

/** @param rule the portal's rule for all types */
export function pipeline(rule?: WriteRule): Pipeline {
  const events: string[] = [];
  const storage = openMemory(clock);
  const telling =
    <A extends unknown[], R>(event: string, run: (...args: A) => R) =>
    (...args: A): R => {
      events.push(event);
      return run(...args);
    };
  const writing = createWriting({
    clock,
    ids: { next: randomUUID },
    own,
    limits: { maxDepth: 50 },
    registryOf: () => registry,
    internal: () => [],
    tombstones: ({ id = '' }) => [`gone|${id}`],
    records: storage.records,
    blobs: { ...storage.blobs, put: telling('content', (...args) => storage.blobs.put(...args)) },
    definitionsFor: () => definitions,
    validator: {
      assertShape: telling('shape', resource => validator.assertShape(resource)),
      assertRules: telling('rules', (...args) => validator.assertRules(...args)),
      assertValid: telling('whole', (...args) => validator.assertValid(...args)),
    },
    directory: () => Promise.resolve(undefined),
    removal: () => undefined,
    rule: () => rule && telling('rule', rule),
  });
  const endpoint = endpoints[1]!;
  const store = {
    ...storage.store,
    read: telling('references', (...args: Parameters<Storage['store']['read']>) => storage.store.read(...args)),
  };
  const target: EndpointStore = { endpoint, partition: endpoint.partition, store, request: { deadline: Infinity } };
  return { writing, target, storage, events };
}

/** A request's caller, as far as the pipeline looks at one: it is handed on to the rule. */
export const caller = { actor: { subject: 'somebody' } } as unknown as Context;

export const patient = (id: string, more: object = {}): Resource & { id: string } => ({
  resourceType: 'Patient',
  id,
  ...more,
});

/** Text that is never the same twice, in base64. */
export const content = (bytes: number): string =>
  Buffer.alloc(bytes, createHash('sha256').update(randomUUID()).digest()).toString('base64');
