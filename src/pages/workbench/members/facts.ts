/** What the portal tells of a person: where they stand, their account with its relations, invitations, and open reviews. */
import type { Parameters, ParametersParameter, Person, Task } from 'fhir/r4.js';
import type { Query } from '../../../fhir/request.js';
import type { SignedIn } from '../../../identity/sessions/session.js';
import { find, type Desk } from '../desk.js';
import type { OnRecord } from './person.js';

export interface Account {
  /** `Person/1` */
  readonly person: string;
  readonly standing: string | undefined;
  /** The parts of each, as Person/$account gives them. */
  readonly relations: readonly (readonly ParametersParameter[])[];
}

export interface Facts {
  readonly standing: string | undefined;
  readonly next: readonly string[];
  readonly account: Account | undefined;
  /** The latest first. */
  readonly invitations: readonly Task[];
  readonly reviews: readonly Task[];
}

export async function factsOf(record: OnRecord, who: SignedIn, desk: Desk): Promise<Facts> {
  const isPatient = record.resourceType === 'Patient';
  const of = `${record.resourceType}/${record.id ?? ''}`;
  const [standing, account, invitations] = await Promise.all([
    isPatient ? standingOf(of, who, desk) : undefined,
    accountOf(record, who, desk),
    isPatient
      ? tasks(
          [
            ['code', 'invitation'],
            ['patient', of],
          ],
          who,
          desk,
        )
      : [],
  ]);
  const focus = [of, ...(account ? [account.person] : [])].join(',');
  const reviews = await tasks(
    [
      ['code', 'review-duplicate'],
      ['status', 'requested'],
      ['focus', focus],
    ],
    who,
    desk,
  );
  const known = standing ?? { standing: account?.standing, next: [] };
  return { ...known, account, invitations, reviews };
}

async function tasks(query: Query, who: SignedIn, desk: Desk): Promise<Task[]> {
  const { matches } = await find(desk, who, 'Task', [...query, ['_sort', '-authored-on'], ['_count', '20']]);
  return matches as unknown as Task[];
}

async function standingOf(patient: string, who: SignedIn, desk: Desk): Promise<Pick<Facts, 'standing' | 'next'>> {
  const { status, resource } = await desk(who, { method: 'GET', path: [...patient.split('/'), '$enrollment-status'] });
  if (status !== 200) return { standing: undefined, next: [] };
  const codes = codesIn(resource as unknown as Parameters);
  return { standing: codes('status')[0], next: codes('nextAction') };
}

const codesIn =
  ({ parameter = [] }: Pick<Parameters, 'parameter'>) =>
  (name: string): string[] =>
    parameter.flatMap(one => (one.name === name && one.valueCode !== undefined ? [one.valueCode] : []));

async function accountOf(record: OnRecord, who: SignedIn, desk: Desk): Promise<Account | undefined> {
  const id = record.resourceType === 'Person' ? record.id : (await personOf(record, who, desk))?.id;
  if (id === undefined) return undefined;
  const { status, resource } = await desk(who, { method: 'GET', path: ['Person', id, '$account'] });
  if (status !== 200) return undefined;
  const { parameter = [] } = resource as unknown as Parameters;
  const relations = parameter.flatMap(({ name, part }) => (name === 'relation' && part ? [part] : []));
  return { person: `Person/${id}`, standing: codesIn({ parameter })('standing')[0], relations };
}

/** The account in use, or the latest. */
async function personOf({ id = '' }: OnRecord, who: SignedIn, desk: Desk): Promise<Person | undefined> {
  const query: Query = [
    ['patient', `Patient/${id}`],
    ['_sort', '-_lastUpdated'],
    ['_count', '10'],
  ];
  const people = (await find(desk, who, 'Person', query)).matches as unknown as Person[];
  return people.find(({ active }) => active !== false) ?? people[0];
}
