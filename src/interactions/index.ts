/** The interactions by their code in CapabilityStatement.rest. https://hl7.org/fhir/R4/http.html */
import type { Handler } from '../service.js';
import { bundle } from './batch.js';
import { readOrDefinition, searchOrDefinition } from './built-in.js';
import { capabilities } from './capabilities.js';
import { create } from './create.js';
import { remove } from './delete.js';
import { history } from './history.js';
import { patch } from './patch.js';
import { vread } from './read.js';
import { search } from './search.js';
import { update } from './update.js';

export const interactions: Readonly<Record<string, Handler>> = {
  read: readOrDefinition,
  vread,
  create,
  update,
  patch,
  delete: remove,
  'search-type': searchOrDefinition,
  'search-system': search,
  'history-instance': history,
  'history-type': history,
  'history-system': history,
  batch: bundle,
  transaction: bundle,
  capabilities,
};
