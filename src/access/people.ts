/** People, read with the server's authority from the partition of the endpoint that holds them. */
import type { Clock } from '../fhir/clock.js';
import type { Resource } from '../fhir/resource.js';
import type { Store, Version } from '../store/port.js';
import { firstRows } from '../store/views/first-rows.js';
import type { People } from './build-actor.js';
import { internalPosting } from './internal-posting.js';

/** Milliseconds and rows: a practitioner has a handful of roles. */
const PATIENCE = 5000;
const MAX_ROLES = 1000;

export function storedPeople(
  store: Store,
  partition: string,
  clock: Clock,
  { own, ages }: Pick<People, 'own' | 'ages'>,
): People {
  return {
    own,
    ages,
    roleSystem: own.codeSystem('role'),
    async read(reference) {
      const [type = '', id = ''] = reference.split('/');
      const [version] = await store.read([{ partition, type, id }]);
      return version && !version.deleted ? resourceOf(version) : undefined;
    },
    async rolesOf(practitioner) {
      const type = 'PractitionerRole';
      const where = { kind: 'posting', key: internalPosting(type, 'of', practitioner) } as const;
      const deadline = clock.now() + PATIENCE;
      const search = { partition, of: [{ type, where }], sort: [], limit: MAX_ROLES, deadline };
      const page = await firstRows(store, search);
      return page.rows.map(resourceOf);
    },
  };
}

const resourceOf = ({ json }: Version): Resource => JSON.parse(json) as Resource;
