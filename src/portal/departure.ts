/**
 * What depends on people who leave, or who work in a group no longer: the work that they have goes back into its queue, and the
 * portal's roles of those who left end, so that the directory alone never gives them back.
 */
import type { Patient, Practitioner, PractitionerRole, Task } from 'fhir/r4.js';
import { Fault, type Issue } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { boundsOf } from '../fhir/period.js';
import type { Query } from '../fhir/request.js';
import { flowsInto, namesOf } from './closing.js';
import { warning } from './directory.js';
import type { DirectoryChange, DirectoryParts } from './directory-change.js';
import { entitlementOf, isStaffed } from './entitlement.js';
import { changed, step, type Step, type Versioned, type Write } from './step.js';
import { workItemWorkflow } from './work-item.js';
import { move, SERVER } from './workflow.js';

export interface Departures {
  readonly step: Step;
  /** By the change that they are about, `Practitioner/1`. */
  readonly warnings: readonly { readonly name: string; readonly issue: Issue }[];
}

const MOST_ROLES = 1000;
const MOST_ITEMS = 1000;

/** What else becomes of these changes, each person once. */
export async function departures(changes: readonly DirectoryChange[], parts: DirectoryParts): Promise<Departures> {
  const writes = new Map<string, Write>();
  const warnings: { name: string; issue: Issue }[] = [];
  for (const [person, name] of concerned(changes, parts.after.own)) {
    const found = await partingOf(person, parts);
    for (const write of found.writes) writes.set(`${write.resource.resourceType}/${write.resource.id}`, write);
    warnings.push(...found.warnings.map(text => ({ name, issue: warning(text) })));
  }
  return { step: step({ writes: [...writes.values()] }), warnings };
}

/** People who may lose something, `Practitioner/1`, each with the change that tells so. */
function concerned(changes: readonly DirectoryChange[], own: OwnCanonicals): Map<string, string> {
  const people = new Map<string, string>();
  for (const { name, before } of changes) {
    const role = before as unknown as PractitionerRole | undefined;
    const person = name.startsWith('PractitionerRole/') && role ? role.practitioner?.reference : undefined;
    if (person !== undefined && role && isOfPortal(role, own) && !people.has(person)) people.set(person, name);
  }
  for (const change of changes) {
    const { before, after } = change as unknown as DirectoryChange<Practitioner>;
    const leaves = before !== undefined && before.active !== false && (!after || after.active === false);
    if (change.name.startsWith('Practitioner/') && leaves) people.set(change.name, change.name);
  }
  return people;
}

const isOfPortal = ({ code = [] }: PractitionerRole, own: OwnCanonicals): boolean =>
  code.some(({ coding = [] }) => coding.some(({ system }) => system === own.codeSystem('role')));

interface Parting {
  readonly writes: Write[];
  readonly warnings: string[];
}

async function partingOf(person: string, parts: DirectoryParts): Promise<Parting> {
  const { before, after } = parts;
  const query: Query = [
    ['practitioner', person],
    ['active', 'true'],
  ];
  const roles = (await before.find<PractitionerRole>('PractitionerRole', query, MOST_ROLES)).filter(({ resource }) =>
    isOfPortal(resource, before.own),
  );
  const groups = roles.flatMap(({ resource: { code, organization } }) =>
    ['agent', 'manager'].some(one => before.own.hasCode(code, 'role', one)) ? (organization?.reference ?? []) : [],
  );
  const lost = await Promise.all([...new Set(groups)].map(group => lossIn(group, person, parts)));
  const there = (await after.get<Practitioner>(person))?.resource;
  const gone = there && there.active !== false ? { writes: [], warnings: [] } : await goneFor(person, roles, parts);
  return {
    writes: [...lost, gone].flatMap(({ writes }) => writes),
    warnings: [...gone.warnings, ...lost.flatMap(({ warnings }) => warnings)],
  };
}

/** What somebody has in a group whose work they will not process. */
async function lossIn(group: string, person: string, parts: DirectoryParts): Promise<Parting> {
  const { before, after, relied, now } = parts;
  if ((await entitlementOf(person, group, after, now)).processes) return { writes: [], warnings: [] };
  const query: Query = [
    ['owner', person],
    ['workflow-group', group],
    ['status', 'in-progress,on-hold'],
  ];
  const items = await relied.find<Task>('Task', query, MOST_ITEMS);
  const writes = await returned(items, parts);
  const back = items.length === 0 ? [] : [`Work items go back into the queue of ${group}: ${items.length}.`];
  const isLast = (await isStaffed(group, before, now)) && !(await isStaffed(group, after, now));
  return { writes, warnings: isLast ? [...back, await unstaffed(group, parts)] : back };
}

async function unstaffed(group: string, { after }: DirectoryParts): Promise<string> {
  const flows = await flowsInto(group, after);
  const refused = flows.length === 0 ? '' : ` Until somebody does, messages to ${namesOf(flows)} are refused.`;
  return `Nobody processes the work of ${group} any more.${refused}`;
}

/** The writes by which work goes back into its queue. */
export function returned(
  items: readonly Versioned<Task>[],
  { after, now, written }: Pick<DirectoryParts, 'after' | 'now' | 'written'>,
): Promise<Write[]> {
  const workflow = workItemWorkflow(after.own);
  const moving = { by: SERVER, now, all: after, input: {} };
  const others = items.filter(({ resource }) => !written.has(`Task/${resource.id}`));
  return Promise.all(
    others.map(async item => changed(item, (await move(workflow, 'unassign', item.resource, moving)).resource)),
  );
}

/** Of somebody who has left: their roles in the portal end. */
async function goneFor(
  person: string,
  roles: readonly Versioned<PractitionerRole>[],
  parts: DirectoryParts,
): Promise<Parting> {
  const others = roles.filter(({ resource }) => !parts.written.has(`PractitionerRole/${resource.id}`));
  const writes = others.map(role => changed(role, endedRole(role.resource, parts.now)));
  const ended = writes.length === 0 ? [] : [`Roles in the portal end with the person's leave: ${writes.length}.`];
  return { writes, warnings: [...ended, ...(await inCare(person, parts))] };
}

/** The role as it ends now; one that has not begun never does. */
export function endedRole(role: PractitionerRole, now: number): PractitionerRole {
  const begun = boundsOf(role.period).from <= now ? role.period : {};
  return { ...role, active: false, period: { ...begun, end: instant(now) } };
}

const MOST_PATIENTS = 1000;

/** Patients who name somebody that has left as their general practitioner. */
async function inCare(person: string, { after }: DirectoryParts): Promise<string[]> {
  const told = (count: string): string => `Patients name this general practitioner, who has left: ${count}.`;
  try {
    const found = await after.find<Patient>('Patient', [['general-practitioner', person]], MOST_PATIENTS);
    return found.length === 0 ? [] : [told(String(found.length))];
  } catch (error) {
    if (error instanceof Fault && error.kind === 'too-costly') return [told(`more than ${MOST_PATIENTS}`)];
    throw error;
  }
}
