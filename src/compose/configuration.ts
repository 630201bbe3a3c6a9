/** What the portal is at this moment, as every part of the server reads it: its configuration and its texts. */
import type { Basic } from 'fhir/r4.js';
import { PORTAL, readEpoch } from '../access/epochs.js';
import { createCurrentConfiguration, whileUnchanged, type CurrentConfiguration } from '../configuration/current.js';
import type { Query } from '../fhir/request.js';
import { MOST_TRANSLATIONS, TRANSLATION, translationOf } from '../texts/translation.js';
import { createTexts, type Texts } from '../texts/words.js';
import { endpointThat } from './model.js';
import { serverReader, type ServerReaderParts } from './server-reader.js';

/** Reads the epoch of all that tells what the portal is. */
export const portalEpoch =
  ({ stores, world }: ServerReaderParts) =>
  (): Promise<number> =>
    readEpoch(stores.records, PORTAL, world.clock.now());

export function configurationIn(parts: ServerReaderParts): CurrentConfiguration {
  const { partition } = endpointThat(parts.model, 'workflows');
  const { own } = parts.model.definitions;
  return createCurrentConfiguration({ store: parts.stores.store, epoch: portalEpoch(parts), partition, own });
}

export function textsIn(parts: ServerReaderParts, configuration: CurrentConfiguration): () => Promise<Texts> {
  const { own } = parts.model.definitions;
  const query: Query = [['code', `${own.codeSystem('basic-type')}|${TRANSLATION}`]];
  return whileUnchanged(portalEpoch(parts), async () => {
    const found = await serverReader(parts).find<Basic>('Basic', query, MOST_TRANSLATIONS);
    const translations = found.map(({ resource }) => [resource.language ?? '', translationOf(resource, own)] as const);
    return createTexts(new Map(translations), await configuration());
  });
}
