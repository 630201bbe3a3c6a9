/** What became of notices, at the resource that they are about: an extension for each, searchable by its state. */
import type { Extension } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import type { Endpoint } from '../definitions/endpoint.js';
import { isConflict } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import { parseStored } from '../fhir/json.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { HandlerParts } from '../service.js';
import { mergeChangeSets } from '../store/change-set.js';
import type { Store } from '../store/port.js';
import { byServer } from './draft.js';
import { sameContent } from './same-content.js';

/** A notice that has come to its end. */
export interface Delivery {
  readonly outcome: string;
  readonly person?: string;
  readonly channel?: string;
  /** The last one ended it. */
  readonly attempts: readonly { readonly at: number; readonly reason: string }[];
}

export interface ShowParts extends Pick<HandlerParts, 'writing' | 'served' | 'auditOwn' | 'definitions'> {
  /** The bare store. */
  readonly store: Store;
}

/** A resource that changes again and again is left to the next report. */
const ATTEMPTS = 8;

/** Writes the deliveries about `Task/1` into it, where they are not there yet. Of a resource that is gone nothing is written. */
export async function showDeliveries(
  about: string,
  deliveries: readonly Delivery[],
  parts: ShowParts,
  endpoint: Endpoint,
): Promise<void> {
  await parts.served(endpoint);
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryToShow(about, deliveries, parts, endpoint);
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function tryToShow(
  about: string,
  deliveries: readonly Delivery[],
  { store, writing, auditOwn, definitions: { own } }: ShowParts,
  endpoint: Endpoint,
): Promise<void> {
  const { partition } = endpoint;
  const [type = '', id = ''] = about.split('/');
  const [previous] = await store.read([{ partition, type, id }]);
  if (!previous || previous.deleted) return;
  const before = parseStored<Resource>(previous.json);
  const resource = withDeliveries(before, deliveries, own);
  if (sameContent(previous.json, resource)) return;
  const target = { endpoint, partition, store, request: { deadline: Infinity } };
  const { changes } = await writing.write(byServer({ resource, previous, method: 'PUT' }), target);
  await store.commit(mergeChangeSets(changes, { documents: [auditOwn('deliveries of notices', changes, endpoint)] }));
}

function withDeliveries(resource: Resource, deliveries: readonly Delivery[], own: OwnCanonicals): Resource {
  const url = own.structure('delivery');
  const { extension = [], ...rest } = resource as Resource & { extension?: Extension[] };
  const shown = deliveries.map(one => ({ url, extension: partsOf(one) }));
  const all = [...extension.filter(one => one.url !== url), ...shown];
  return { ...rest, ...defined({ extension: all.length === 0 ? undefined : (all as unknown as JsonObject[]) }) };
}

/** Codes of delivery-state. */
const STATES: Readonly<Record<string, string>> = { dead: 'failed' };

/** An account (Person) is no reference that an app of the patient could follow: it goes without one. */
const SHOWN = /^(Patient|RelatedPerson)\//;

function partsOf({ outcome, person, channel, attempts }: Delivery): Extension[] {
  const last = attempts.at(-1);
  const state = STATES[outcome] ?? outcome;
  return [
    { url: 'state', valueCode: state },
    { url: 'at', valueInstant: instant(last?.at ?? 0) },
    ...(channel === undefined ? [] : [{ url: 'channel', valueCode: channel }]),
    ...(person !== undefined && SHOWN.test(person) ? [{ url: 'person', valueReference: { reference: person } }] : []),
    ...(state === 'sent' || last === undefined ? [] : [{ url: 'reason', valueString: last.reason }]),
  ];
}
