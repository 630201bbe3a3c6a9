/** What a change of a patient's record means for those who act for the patient: they follow a merge, and a birth date put right. */
import type { Patient, RelatedPerson } from 'fhir/r4.js';
import { PROXY_AGES } from './proxy-age.js';
import { changed, combined, step, type Step, type Versioned, type WorkflowReader } from './step.js';

/** More than any patient has. */
const RELATIONS = 200;

/** @param now milliseconds since the epoch */
export async function relationsFollow(
  before: Patient,
  after: Patient,
  reader: WorkflowReader,
  now: number,
): Promise<Step> {
  const survivor = survivorOf(after);
  const isMerged = survivor !== undefined && survivorOf(before) !== survivor;
  const isOtherAge = before.birthDate !== after.birthDate;
  if (!isMerged && !isOtherAge) return step({});
  const all = await reader.find<RelatedPerson>('RelatedPerson', [['patient', `Patient/${after.id}`]], RELATIONS);
  const standing = all.filter(({ resource }) => resource.active !== false);
  const moves = isMerged && (await reader.get<Patient>(survivor)) !== undefined;
  const moved = moves ? standing.map(one => movedTo(survivor, one)) : [];
  const aged = isOtherAge ? await Promise.all(standing.map(one => dueNow(one, reader, now))) : [];
  return combined(...moved, ...aged);
}

/** The record that a merge keeps: `Patient/2`. */
const survivorOf = ({ link = [] }: Patient): string | undefined =>
  link.find(({ type }) => type === 'replaced-by')?.other.reference;

const movedTo = (reference: string, relation: Versioned<RelatedPerson>): Step =>
  step({ writes: [changed(relation, { ...relation.resource, patient: { reference } })] });

/** Whoever tells families of ages looks into it again. */
async function dueNow(
  { resource: { id = '' } }: Versioned<RelatedPerson>,
  reader: WorkflowReader,
  now: number,
): Promise<Step> {
  const name = `RelatedPerson/${id}`;
  const before = await reader.document(PROXY_AGES, name);
  const document = { kind: PROXY_AGES, id: name, value: {}, keys: {}, due: now };
  return step({ documents: [{ op: 'put', document, expect: before?.version ?? 0 }] });
}
