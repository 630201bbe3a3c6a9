/**
 * The portal's rule for accounts. Administrators close and reopen those of others, and change nothing else of them; a patient
 * has one account in use.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Person } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import type { Resource } from '../fhir/resource.js';
import { withoutStanding } from '../portal/account-standing.js';
import { isAccountOf } from '../portal/identity.js';
import { refuseRelations } from '../portal/new-relations.js';
import { onlyAccount, standingChanged } from '../portal/only-account.js';
import { combined, step } from '../portal/step.js';
import type { Context, WriteRule } from '../service.js';
import { readerOf, type ReaderParts } from './workflow-reader.js';

const toPerson = (resource: Resource): Person => resource as unknown as Person;

/** @param judge the rule of the workflow */
export const accountRule =
  (judge: WriteRule, parts: ReaderParts): WriteRule =>
  async (resource, previous, context) => {
    const before = previous && toPerson(previous);
    if (before && context.actor.kind === 'staff') refuseMoreThanStanding(toPerson(resource), before, context, parts);
    const ruled = await judge(resource, previous, context);
    const after = toPerson(ruled.resource);
    const all = readerOf(context, context.asSystem('an account: its patient'), parts);
    await refuseRelations(after, before, all);
    const only = await onlyAccount(after, before, all);
    if (before && before.active !== after.active) context.details.push(standingChanged(before, after));
    return { ...ruled, step: combined(ruled.step ?? step({}), only) };
  };

/** Faults: `forbidden` for a change of anything else, `conflict` for one's own account. */
function refuseMoreThanStanding(
  next: Person,
  before: Person,
  { actor }: Context,
  { definitions: { own } }: ReaderParts,
): void {
  const rest = ({ meta: _meta, active: _active, ...person }: Person): Record<string, unknown> => ({
    ...{ ...person, ...withoutStanding(person, own) },
  });
  const [old, fresh] = [rest(before), rest(next)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  const changed = names.find(name => !isDeepStrictEqual(old[name], fresh[name]));
  if (changed !== undefined) {
    throw new Fault('forbidden', 'Administrators close and reopen an account, and change nothing else of it.', {
      expression: `Person.${changed}`,
    });
  }
  if (before.active !== next.active && isAccountOf(before, actor.identities)) {
    throw new Fault('conflict', 'Nobody closes or reopens their own account.', { expression: 'Person.active' });
  }
}
