/** The interactions by their code in CapabilityStatement.rest. https://hl7.org/fhir/R4/http.html */
import type { InteractionCode } from '../definitions/endpoint.js';
import type { Handler } from '../service.js';
import { createBundle } from './batch.js';
import { createReadWithDefinitions, createSearchWithDefinitions } from './built-in.js';
import { createCapabilities } from './capabilities.js';
import { createCreate } from './create.js';
import { createDelete } from './delete.js';
import { createHistory } from './history.js';
import { createPatch } from './patch.js';
import { createRead, createVread } from './read.js';
import { createSearch } from './search.js';
import { createUpdate } from './update.js';

/** What the interactions use together; each factory names its own part. */
export type InteractionParts = Parameters<typeof createBundle>[0] &
  Parameters<typeof createCapabilities>[0] &
  Parameters<typeof createCreate>[0] &
  Parameters<typeof createHistory>[0] &
  Parameters<typeof createPatch>[0] &
  Parameters<typeof createSearch>[0];

const factories: Readonly<Record<InteractionCode, (parts: InteractionParts) => Handler>> = {
  read: parts => createReadWithDefinitions(createRead(parts), parts),
  vread: createVread,
  create: createCreate,
  update: createUpdate,
  patch: createPatch,
  delete: createDelete,
  'search-type': parts => createSearchWithDefinitions(createSearch(parts), parts),
  'search-system': createSearch,
  'history-instance': createHistory,
  'history-type': createHistory,
  'history-system': createHistory,
  batch: createBundle,
  transaction: createBundle,
  capabilities: createCapabilities,
};

/** The interactions that have a handler. */
export const interactionCodes: readonly string[] = Object.keys(factories);

/** The handlers by interaction code. */
export const createInteractions = (parts: InteractionParts): Readonly<Record<string, Handler>> =>
  Object.fromEntries(Object.entries(factories).map(([code, create]) => [code, create(parts)]));
