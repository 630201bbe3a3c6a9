/** Relations that an account gets by a plain write: nobody acts for themselves, or for whom they are not to act. */
import type { Person, RelatedPerson } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { ownPatient } from './identity.js';
import { isBlocked } from './proxy-workflow.js';
import type { WorkflowReader } from './step.js';

const relationsIn = (person: Person | undefined): string[] =>
  (person?.link ?? []).flatMap(({ target: { reference = '' } }) =>
    reference.startsWith('RelatedPerson/') ? [reference] : [],
  );

/** Fault `unprocessable`. */
export async function refuseRelations(
  after: Person,
  before: Person | undefined,
  reader: Pick<WorkflowReader, 'get' | 'own'>,
): Promise<void> {
  const known = relationsIn(before);
  const fresh = relationsIn(after).filter(one => !known.includes(one));
  if (fresh.length === 0) return;
  const read = async (names: readonly string[]) =>
    (await Promise.all(names.map(one => reader.get<RelatedPerson>(one)))).flatMap(one => (one ? [one.resource] : []));
  const barred = (await read([...known, ...fresh])).filter(one => isBlocked(one, reader.own));
  for (const { patient } of await read(fresh)) {
    if (patient.reference === ownPatient(after)) throw refused('Nobody is a proxy of their own.');
    if (barred.some(one => one.patient.reference === patient.reference))
      throw refused('This person is not to act for the patient: their relation is blocked.');
  }
}

const refused = (why: string): Fault =>
  new Fault('unprocessable', why, { code: 'business-rule', expression: 'Person.link' });
