/** The state of a notice, as the resource that it is about shows it: extension `delivery`, searchable by `delivery-state`. */
import type { Extension } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { instant } from '../fhir/instant.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import { isNotice, showsDeliveries, singleNotices, type Effect } from '../portal/effect.js';

/** A notice to one person. */
export interface Delivery {
  /** A code of delivery-state. */
  readonly outcome: string;
  readonly person?: string;
  readonly channel?: string;
  /** Of one that is held: when it is sent at the earliest, in milliseconds since the epoch. */
  readonly until?: number;
  /** Since when it is in this state: milliseconds since the epoch. */
  readonly at: number;
  /** Why it reached nobody. */
  readonly reason?: string;
}

/** An account (Person) is no reference that an app of the patient could follow: it goes without one. */
const SHOWN = /^(Patient|RelatedPerson)\//;

/** The resource with these deliveries in place of those that it shows. */
export function withDeliveries(resource: Resource, deliveries: readonly Delivery[], own: OwnCanonicals): Resource {
  const url = own.structure('delivery');
  const { extension = [], ...rest } = resource as Resource & { extension?: Extension[] };
  const all = [...extension.filter(one => one.url !== url), ...deliveries.map(one => extensionOf(one, url))];
  return { ...rest, ...defined({ extension: all.length === 0 ? undefined : (all as unknown as JsonObject[]) }) };
}

/** A resource that is written together with notices about it: they wait to be sent. @param at milliseconds since the epoch */
export function withQueued(resource: Resource, effects: readonly Effect[], own: OwnCanonicals, at: number): Resource {
  const about = `${resource.resourceType}/${resource.id ?? ''}`;
  const queued = effects.filter(isNotice).flatMap(one => (one.about === about ? singleNotices(one) : []));
  if (queued.length === 0 || !showsDeliveries(about)) return resource;
  const url = own.structure('delivery');
  const added = queued.map(({ persons: [person], channels }) =>
    extensionOf({ outcome: 'queued', at, ...defined({ person: person?.reference, channel: channels?.[0] }) }, url),
  );
  const { extension = [] } = resource as Resource & { extension?: Extension[] };
  return { ...resource, extension: [...extension, ...added] as unknown as JsonObject[] };
}

function extensionOf({ outcome, person, channel, at, until, reason }: Delivery, url: string): Extension {
  return {
    url,
    extension: [
      { url: 'state', valueCode: outcome },
      { url: 'at', valueInstant: instant(at) },
      ...(until === undefined ? [] : [{ url: 'until', valueInstant: instant(until) }]),
      ...(channel === undefined ? [] : [{ url: 'channel', valueCode: channel }]),
      ...(person !== undefined && SHOWN.test(person) ? [{ url: 'person', valueReference: { reference: person } }] : []),
      ...(reason === undefined ? [] : [{ url: 'reason', valueString: reason }]),
    ],
  };
}
