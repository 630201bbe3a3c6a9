/** The configuration of the portal, as every part of the server reads it. */
import { readEpoch } from '../access/epochs.js';
import { createCurrentConfiguration, type CurrentConfiguration } from '../configuration/current.js';
import type { World } from '../fhir/clock.js';
import type { Storage } from '../store/port.js';
import { endpointThat, type Model } from './model.js';

export function configurationIn(model: Model, { store, records }: Storage, { clock }: World): CurrentConfiguration {
  const { partition } = endpointThat(model, 'workflows');
  const epoch = (subject: string): Promise<number> => readEpoch(records, subject, clock.now());
  return createCurrentConfiguration({ store, epoch, partition, own: model.definitions.own });
}
