/** The state of notices, at the resource that they are about: an extension for each, searchable by its state. */
import type { Endpoint } from '../definitions/endpoint.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { changed, step, type Step } from '../portal/step.js';
import type { HandlerParts } from '../service.js';
import { withDeliveries, type Delivery } from './delivery-extension.js';
import { commitOwn, type OwnStepParts } from './own-step.js';
import { sameContent } from './same-content.js';

export type ShowParts = OwnStepParts & Pick<HandlerParts, 'definitions'>;

/** Writes the deliveries about `Task/1` into it, where they are not there yet. Of a resource that is gone nothing is written. */
export function showDeliveries(
  about: string,
  deliveries: readonly Delivery[],
  parts: ShowParts,
  endpoint: Endpoint,
): Promise<void> {
  const [type = '', id = ''] = about.split('/');
  const key = { partition: endpoint.partition, type, id };
  const shown = async (): Promise<Step> => {
    const [version] = await parts.store.read([key]);
    if (!version || version.deleted) return step({});
    const resource = withDeliveries(parseStored<Resource>(version.json), deliveries, parts.definitions.own);
    const isShown = sameContent(version.json, resource);
    return isShown ? step({}) : step({ writes: [changed({ resource, version }, resource)] });
  };
  return commitOwn(shown, 'deliveries of notices', parts, endpoint);
}
