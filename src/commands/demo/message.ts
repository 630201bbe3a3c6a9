/** A message as the demo's people send it. */
import type { JsonObject, Resource } from '../../fhir/resource.js';
import type { Portal } from './portal.js';

/** @param category a code of message-category */
export function message({ canonicalUrl }: Portal, text: string, category: string, more: JsonObject): Resource {
  const coding = [{ system: `${canonicalUrl}/CodeSystem/message-category`, code: category }];
  return {
    resourceType: 'Communication',
    status: 'completed',
    category: [{ coding }],
    payload: [{ contentString: text }],
    ...more,
  };
}
