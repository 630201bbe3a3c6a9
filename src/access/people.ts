/** People, read with the server's authority from the partition of the endpoint that holds them. */
import type { Clock } from '../fhir/clock.js';
import type { Resource } from '../fhir/resource.js';
import { or } from '../search/filters.js';
import type { Store, Version } from '../store/port.js';
import { firstRows } from '../store/views/first-rows.js';
import type { People } from './build-actor.js';
import { MAX_CONSENTS, type Consents } from './consent-limits.js';
import { internalPosting } from './internal-posting.js';

/** Milliseconds and rows: a practitioner has a handful of roles. */
const PATIENCE = 5000;
const MAX_ROLES = 1000;
/** Consents that name one practitioner. */
const MAX_NAMING = 10_000;

export function storedPeople(
  store: Store,
  partition: string,
  clock: Clock,
  {
    own,
    ages,
    bases = [],
    brokenBy = () => Promise.resolve([]),
  }: Pick<People, 'own' | 'ages'> & Partial<Pick<Consents, 'bases'> & Pick<People, 'brokenBy'>>,
): People {
  const carrying = async (type: string, keys: readonly string[], limit: number): Promise<Resource[]> => {
    const where = or(keys.map(key => ({ kind: 'posting', key }) as const));
    if (where.kind === 'none') return [];
    const search = { partition, of: [{ type, where }], sort: [], limit, deadline: clock.now() + PATIENCE };
    return (await firstRows(store, search)).rows.map(resourceOf);
  };
  return {
    own,
    ages,
    brokenBy,
    roleSystem: own.codeSystem('role'),
    async read(reference) {
      const [type = '', id = ''] = reference.split('/');
      const [version] = await store.read([{ partition, type, id }]);
      return version && !version.deleted ? resourceOf(version) : undefined;
    },
    rolesOf: practitioner =>
      carrying('PractitionerRole', [internalPosting('PractitionerRole', 'of', practitioner)], MAX_ROLES),
    consents: {
      bases,
      of: patient => carrying('Consent', [internalPosting('Consent', 'active', patient)], MAX_CONSENTS + 1),
      naming: actors =>
        carrying(
          'Consent',
          actors.map(actor => internalPosting('Consent', 'actor', actor)),
          MAX_NAMING,
        ),
    },
  };
}

const resourceOf = ({ json }: Version): Resource => JSON.parse(json) as Resource;
