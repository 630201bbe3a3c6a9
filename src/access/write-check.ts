/** Every version a caller writes, against the policy: on the version before it and on itself. */
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import { or } from '../search/filters.js';
import type { Put, Store, Version } from '../store/port.js';
import { ownedWithin } from './binary-owners.js';
import { tombstone } from './compartment-paths.js';
import { checkRoleGrants } from './role-grants.js';
import type { Policy, WritePermission } from './policy.js';

/** Faults: `forbidden` for what the caller may not write, `not-found` for what they do not see. */
export async function checkWrites(store: Store, policy: Policy, puts: readonly Put[]): Promise<void> {
  for (const put of puts) {
    if (!policy.mayWrite(put.key.type, permissionOf(put))) throw forbidden(put);
  }
  await checkRoleGrants(store, policy.actor, puts, policy.roleSystem);
  const before = await visibleBefore(store, policy, puts);
  ownedWithin(puts).forEach((put, at) => {
    if (put.version > 1 && !before[at]) throw new Fault('not-found', `There is no ${put.key.type}/${put.key.id}.`);
    if (!policy.accepts(put, permissionOf(put))) throw forbidden(put);
    if (policy.actor.kind === 'patient') checkLabels(put, before[at], policy);
  });
  await checkChangeable(store, policy, puts);
}

/** The commit itself makes sure that these are still current. */
async function visibleBefore(store: Store, policy: Policy, puts: readonly Put[]): Promise<(Version | undefined)[]> {
  const filters = puts.map(put => policy.reach({ type: put.key.type, permission: permissionOf(put) }));
  if (policy.actor.kind === 'system' && filters.every(({ kind }) => kind === 'all')) return puts.map(asBefore);
  const read = async (put: Put, at: number) => {
    const filter = filters[at];
    if (put.version === 1 || !filter) return undefined;
    return (await store.read([put.key], () => or([filter, tombstone(filter)])))[0];
  };
  return Promise.all(puts.map(read));
}

/** What is seen and others recorded: refused, and not hidden. */
async function checkChangeable(store: Store, policy: Policy, puts: readonly Put[]): Promise<void> {
  for (const put of puts) {
    const filter = policy.changeable(put.key.type);
    if (put.version === 1 || filter.kind === 'all') continue;
    const [before] = await store.read([put.key], () => or([filter, tombstone(filter)]));
    if (!before) throw forbidden(put);
  }
}

/** To whom everything is visible, the version before is, unseen. */
const asBefore = (put: Put): Version | undefined => (put.version === 1 ? undefined : put);

function permissionOf({ version, deleted }: Put): WritePermission {
  if (deleted) return 'd';
  return version === 1 ? 'c' : 'u';
}

const forbidden = ({ key }: Put): Fault => new Fault('forbidden', `This token may not write this ${key.type}.`);

/** Security labels and tags steer access and routing: they are not the patient's to set. */
function checkLabels(put: Put, before: Version | undefined, policy: Policy): void {
  const tagSystem = put.key.type === 'Communication' ? policy.tagSystem : undefined;
  if (!put.deleted && labels(put, tagSystem) !== labels(before, tagSystem)) {
    throw new Fault('forbidden', 'Security labels and tags cannot be set by this token.', {
      code: 'security',
      expression: `${put.key.type}.meta`,
    });
  }
}

/** @param tagSystem of tags that the server writes, whatever the caller sent: they are left out */
function labels(version: Version | undefined, tagSystem: string | undefined): string {
  if (!version || version.deleted) return '[]';
  const { meta } = parseStored<Resource>(version.json);
  const tags = (meta?.['tag'] ?? []) as JsonObject[];
  const others = tagSystem === undefined ? tags : tags.filter(({ system }) => system !== tagSystem);
  return JSON.stringify([meta?.['security'] ?? [], others].flat());
}
