/** The search parameter `accepts-messages`: those of the directory to whom a message of a category can be sent now. */
import { and, not, or } from '../search/filters.js';
import { anyForm, baseKey, chainKey, PRESENT, referenceForm } from '../search/keys.js';
import type { Filter } from '../search/query.js';

export interface Acceptance {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Clinical groups that take messages of the category: `Organization/1`. */
  readonly groups: readonly string[];
  /** Ids of PractitionerRoles that end within the second, for the index knows no end more precisely than it was written. */
  readonly ended: readonly string[];
}

const named = (type: string, code: string, references: readonly string[]): Filter =>
  or(references.map(one => ({ kind: 'posting', key: baseKey(type, code) + referenceForm(one) })));

const token = (type: string, code: string, value: string): Filter => ({
  kind: 'posting',
  key: baseKey(type, code) + anyForm(value),
});

const notInactive = (type: string): Filter => not(token(type, 'active', 'false'));

/** The filter for a type; undefined for a type to whose resources nobody writes. */
export function acceptsMessages(type: string, acceptance: Acceptance): Filter | undefined {
  const { groups } = acceptance;
  switch (type) {
    case 'Organization':
      return { kind: 'id', ids: groups.map(group => group.slice('Organization/'.length)) };
    case 'HealthcareService':
      return and([notInactive(type), named(type, 'organization', groups)]);
    case 'PractitionerRole':
      return and([notInactive(type), worksNow(acceptance), or([not(ofSomebody), ofStaff])]);
    case 'Practitioner':
      return and([notInactive(type), { ...byPractitioner, where: and([isActive, worksNow(acceptance)]) }]);
    default:
      return undefined;
  }
}

const ROLE = 'PractitionerRole';
const isActive = token(ROLE, 'active', 'true');
const ofSomebody: Filter = { kind: 'posting', key: baseKey(ROLE, 'practitioner') + PRESENT };
const practitionerKey = chainKey(baseKey(ROLE, 'practitioner'));

const ofStaff: Filter = {
  kind: 'refers',
  key: practitionerKey,
  type: 'Practitioner',
  where: notInactive('Practitioner'),
};

const byPractitioner = { kind: 'referred', type: ROLE, key: practitionerKey, own: 'Practitioner' } as const;

/** A role in one of the groups, whose period holds. */
function worksNow({ now, groups, ended }: Acceptance): Filter {
  const period = (op: 'sa' | 'eb'): Filter => ({
    kind: 'range',
    key: baseKey(ROLE, 'date'),
    test: { op, lo: now, hi: now },
  });
  const over: Filter[] = ended.length === 0 ? [] : [not({ kind: 'id', ids: [...ended] })];
  return and([named(ROLE, 'organization', groups), not(period('sa')), not(period('eb')), ...over]);
}
