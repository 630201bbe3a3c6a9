/** For whom a member of staff may write: themselves, clinical groups, and providers. The endpoint decides when they do. */
import type { PractitionerRole } from 'fhir/r4.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { find, type Desk } from './desk.js';
import { groupsOf, type Agent } from './groups.js';
import { nameOf } from './names.js';
import { rolesFound, rolesIn } from './roles.js';

export interface Senders {
  readonly groups: readonly Agent[];
  readonly providers: readonly Agent[];
}

const NONE: Senders = { groups: [], providers: [] };

/** The clinical groups whose messages come to the reader's workflow groups, those they are a clinician of, and the providers there. */
export async function sendersFor(desk: Desk, who: SignedIn): Promise<Senders> {
  const desks = (await groupsOf(desk, who)).map(({ reference }) => reference);
  const served = desks.length === 0 ? [] : await clinicalGroups(desk, who, desks);
  const own = await ownGroups(desk, who);
  const groups = [...new Map([...served, ...own].map(one => [one.reference, one])).values()];
  if (groups.length === 0) return NONE;
  const providers = served.length === 0 ? [] : await providersIn(desk, who, served);
  return { groups, providers: providers.filter(({ reference }) => reference !== who.account) };
}

async function clinicalGroups(desk: Desk, who: SignedIn, desks: readonly string[]): Promise<Agent[]> {
  const { matches } = await find(desk, who, 'Organization', [
    ['message-flow', desks.join(',')],
    ['active', 'true'],
    ['_sort', 'name'],
    ['_count', '100'],
  ]);
  return matches.map(one => ({ reference: `Organization/${one.id ?? ''}`, name: nameOf(one) }));
}

async function ownGroups(desk: Desk, who: SignedIn): Promise<Agent[]> {
  const { matches, included } = await rolesFound(desk, who);
  const clinical = (matches as unknown as PractitionerRole[]).filter(role => rolesIn(role).includes('clinician'));
  const names = new Set(clinical.map(({ organization }) => organization?.reference));
  return included
    .filter(({ id = '' }) => names.has(`Organization/${id}`))
    .map(one => ({ reference: `Organization/${one.id ?? ''}`, name: nameOf(one) }));
}

async function providersIn(desk: Desk, who: SignedIn, groups: readonly Agent[]): Promise<Agent[]> {
  const { included } = await find(desk, who, 'PractitionerRole', [
    ['organization', groups.map(({ reference }) => reference).join(',')],
    ['active', 'true'],
    ['_include', 'PractitionerRole:practitioner'],
    ['_count', '100'],
  ]);
  return included
    .filter(one => one['active'] !== false)
    .map(one => ({ reference: `Practitioner/${one.id ?? ''}`, name: nameOf(one) }));
}
