/** Where flows may lead: the workflow groups and the external systems of the directory. */
import type { Endpoint, Organization } from 'fhir/r4.js';
import { typed } from '../../../fhir/resource.js';
import type { SignedIn } from '../../../identity/sessions/session.js';
import type { WorkbenchParts } from '../parts.js';
import { findAll } from './find-all.js';

/** A group or an external system. */
export interface Target {
  readonly reference: string;
  readonly name: string;
  /** Switched on. */
  readonly isActive: boolean;
}

export interface Targets {
  readonly groups: readonly Target[];
  readonly endpoints: readonly Target[];
}

/** Groups of this type of the portal's own, by name. */
export async function groupsOfType(
  type: 'clinical-group' | 'workflow-group',
  who: SignedIn,
  { desk, own }: WorkbenchParts,
): Promise<Organization[]> {
  const code = `${own.codeSystem('organization-type')}|${type}`;
  const { matches } = await findAll(desk, who, 'Organization', [
    ['type', code],
    ['_sort', 'name'],
  ]);
  return matches.map(one => typed<Organization>(one));
}

export const groupTarget = ({ id = '', name = '', active }: Organization): Target => ({
  ...{ reference: `Organization/${id}`, name, isActive: active !== false },
});

export async function targetsOf(who: SignedIn, parts: WorkbenchParts): Promise<Targets> {
  const [groups, endpoints] = await Promise.all([
    groupsOfType('workflow-group', who, parts),
    findAll(parts.desk, who, 'Endpoint', [['_sort', 'name']]),
  ]);
  const { own } = parts;
  return {
    groups: groups.map(groupTarget),
    endpoints: endpoints.matches
      .map(one => typed<Endpoint>(one))
      .filter(({ connectionType }) => !own.hasCode([{ coding: [connectionType] }], 'endpoint-type', 'application'))
      .map(({ id = '', name, address, status }) => ({
        ...{ reference: `Endpoint/${id}`, name: name ?? address, isActive: status === 'active' },
      })),
  };
}
