/**
 * The directory is judged as a request leaves it, whatever the order of its entries: no flow leads into nothing, and nobody works in
 * what is no workflow group.
 */
import type { Endpoint, HealthcareService, Identifier, Organization, Practitioner, PractitionerRole } from 'fhir/r4.js';
import { isDeepStrictEqual } from 'node:util';
import { Fault, type Issue } from '../fhir/fault.js';
import { boundsOf } from '../fhir/period.js';
import { literal } from '../fhir/search-literal.js';
import type { DirectoryChange, DirectoryParts } from './directory-change.js';
import { isOpenAs, namesOf, refuseClosing, refuseDisconnecting } from './closing.js';
import { refuseUselessFlows } from './flow.js';
import { isWorkflowGroup } from './work-place.js';

/** The types whose changes are judged. */
export const DIRECTORY_TYPES: ReadonlySet<string> = new Set([
  ...['Organization', 'Endpoint', 'Practitioner', 'PractitionerRole'],
]);

export const warning = (diagnostics: string): Issue => ({ severity: 'warning', code: 'informational', diagnostics });

/** Resolves with warnings. Faults: `unprocessable` for what leads into nothing, `conflict` for what others depend on. */
export function checkDirectory(change: DirectoryChange, parts: DirectoryParts): Promise<Issue[]> {
  switch (change.name.split('/', 1)[0]) {
    case 'Organization':
      return checkOrganization(change as unknown as DirectoryChange<Organization>, parts);
    case 'Endpoint':
      return checkEndpoint(change as unknown as DirectoryChange<Endpoint>, parts);
    case 'PractitionerRole':
      return checkRole(change as unknown as DirectoryChange<PractitionerRole>, parts);
    default:
      return warnOfTwins(change as unknown as DirectoryChange<Practitioner>, parts);
  }
}

/** Two people with one identifier: conditional updates by it are refused from now on. */
async function warnOfTwins(
  { name, before, after }: DirectoryChange<Practitioner>,
  { after: reader }: DirectoryParts,
): Promise<Issue[]> {
  const known = (before?.identifier ?? []).map(tokenOf);
  const added = (after?.identifier ?? []).map(tokenOf).filter(token => token !== '' && !known.includes(token));
  const found = await Promise.all(
    added.map(token => reader.find<Practitioner>('Practitioner', [['identifier', token]], MOST)),
  );
  const others = found.flat().filter(({ resource }) => `Practitioner/${resource.id}` !== name);
  return others.length === 0 ? [] : [warning(`The same identifier stands on another record: ${namesOf(others)}.`)];
}

const tokenOf = ({ system = '', value }: Identifier): string =>
  value === undefined ? '' : `${literal(system)}|${literal(value)}`;

async function checkOrganization(change: DirectoryChange<Organization>, parts: DirectoryParts): Promise<Issue[]> {
  const { before, after } = change;
  const { own } = parts.after;
  const closes = (type: string): boolean => isOpenAs(before, type, own) && !isOpenAs(after, type, own);
  if (before && closes('workflow-group')) await refuseClosing(before, after, parts.relied);
  const left = closes('clinical-group') ? await warnOfMembers(change.name, parts) : [];
  return after && after.active !== false ? [...left, ...(await refuseUselessFlows(after, parts))] : left;
}

const MOST = 10_000;

/** What belongs to a clinical group that is closed cannot be written to. */
async function warnOfMembers(group: string, { after }: DirectoryParts): Promise<Issue[]> {
  const inside = (type: string) =>
    after.find<PractitionerRole | HealthcareService>(
      type,
      [
        ['organization', group],
        ['active:not', 'false'],
      ],
      MOST,
    );
  const [roles, services] = await Promise.all([inside('PractitionerRole'), inside('HealthcareService')]);
  if (roles.length + services.length === 0) return [];
  return [
    warning(`Roles (${roles.length}) and services (${services.length}) of ${group} cannot be written to any more.`),
  ];
}

async function checkEndpoint({ before, after }: DirectoryChange<Endpoint>, { relied }: DirectoryParts) {
  if (before?.status === 'active' && after?.status !== 'active') await refuseDisconnecting(before, after, relied);
  return [];
}

/** Agents and managers are those of a workflow group, from the moment that they become so. */
async function checkRole({ before, after }: DirectoryChange<PractitionerRole>, parts: DirectoryParts) {
  const { relied, now, administersRoles } = parts;
  if (!administersRoles || !after || after.active === false || boundsOf(after.period).until <= now) return [];
  if (!['agent', 'manager'].some(code => relied.own.hasCode(after.code, 'role', code))) return [];
  const decisive = (role: PractitionerRole | undefined) =>
    role && [role.code, role.active, role.period, role.organization];
  if (isDeepStrictEqual(decisive(before), decisive(after))) return [];
  if (await isWorkflowGroup(after.organization?.reference ?? '', relied)) return [];
  throw new Fault('unprocessable', 'An agent or manager is one of an active workflow group.', {
    expression: 'PractitionerRole.organization',
  });
}
