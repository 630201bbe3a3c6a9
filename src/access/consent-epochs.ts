/** Whose access a Consent that is written changes: that of everybody who reaches the patient, and of whom it names. */
import type { Resource } from '../fhir/resource.js';
import type { Filter } from '../search/query.js';
import type { Put, Store } from '../store/port.js';
import { firstRows } from '../store/views/first-rows.js';
import { references } from './compartment-paths.js';
import { actorsNamed } from './consent.js';

/** Roles of one Organization. */
const MAX_ROLES = 1000;

/** Subjects whose epochs rise; none where nothing changes but what the server sets. */
export function concernedByConsent(before: Resource | undefined, after: Resource | undefined): string[] {
  const content = ({ meta: _meta, text: _text, ...rest }: Resource): string => JSON.stringify(rest);
  if (before && after && content(before) === content(after)) return [];
  const both = [before, after].flatMap(consent => consent ?? []);
  return [...new Set(both.flatMap(consent => [...references(consent, ['patient']), ...actorsNamed(consent, [])]))];
}

const STAFF = /^(Organization|PractitionerRole)\//;

/** Whom Consents name by a role or an Organization: the practitioners in it. */
export async function practitionersNamed(
  store: Store,
  touched: readonly { readonly subject: string; readonly put: Put }[],
  deadline: number,
): Promise<string[]> {
  const named = touched.filter(({ put, subject }) => put.key.type === 'Consent' && STAFF.test(subject));
  const rows = await Promise.all(
    named.map(async ({ subject, put }) => {
      const of = [{ type: 'PractitionerRole', where: rolesOf(subject) }];
      const search = { partition: put.key.partition, of, sort: [], limit: MAX_ROLES, deadline };
      return (await firstRows(store, search)).rows;
    }),
  );
  return rows.flat().flatMap(({ json }) => references(JSON.parse(json) as Resource, ['practitioner']));
}

function rolesOf(subject: string): Filter {
  const [type, id = ''] = subject.split('/');
  if (type === 'PractitionerRole') return { kind: 'id', ids: [id] };
  return { kind: 'posting', key: `PractitionerRole|organization|${subject}` };
}
