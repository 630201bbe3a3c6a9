/** The rule for writes of a patient's favourites. */
import type { List } from 'fhir/r4.js';
import { typed, type Resource } from '../fhir/resource.js';
import { favouritesOf } from '../portal/favourites.js';
import type { WriteRule } from '../service.js';
import type { PortalRuleParts } from './portal-rule-parts.js';
import { readerOf } from './workflow-reader.js';

export const favouritesRule =
  (parts: PortalRuleParts): WriteRule =>
  async (resource, previous, context) => {
    const seen = readerOf(context, context.store, parts);
    const all = readerOf(context, context.asSystem('favourites: who takes messages'), parts);
    const before = previous && typed<List>(previous);
    const { list, step } = await favouritesOf(typed<List>(resource), before, { seen, all }, parts.clock.now());
    return { resource: list as unknown as Resource, step };
  };
