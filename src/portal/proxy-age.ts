/**
 * The moments at which the age of a child changes what parents may do. Access asks for the age at each request; here both sides are told,
 * once: a record for each such relation is due at the next of these moments.
 */
import type { Patient, RelatedPerson } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { proxyStanding, type AgeSettings } from '../fhir/proxy-standing.js';
import type { Document, DocumentChange } from '../store/port.js';
import { accountsOf } from './identity.js';
import { proxyWorkflow, relationNotice } from './proxy-workflow.js';
import { changed, combined, step, type Step, type Versioned, type WorkflowReader } from './step.js';
import { move, SERVER } from './workflow.js';

/** Kind of the records; each is named by its relation. */
export const PROXY_AGES = 'proxy-age';

/** The next moments: milliseconds since the epoch, Infinity where there is none. */
function momentsOf(
  relation: RelatedPerson,
  birthDate: string | undefined,
  own: OwnCanonicals,
  ages: AgeSettings,
): { narrows: number; ends: number } {
  const ageless = proxyStanding(relation, undefined, own, ages, 0).bounds.until;
  const { narrows, bounds } = proxyStanding(relation, birthDate, own, ages, 0);
  return { narrows, ends: bounds.until < ageless ? bounds.until : Infinity };
}

const dueAt = (id: string, due: number, version: number): DocumentChange => ({
  op: 'put',
  document: { kind: PROXY_AGES, id, value: {}, keys: {}, due },
  expect: version,
});

/**
 * The record of a relation; none where no age counts.
 * @param now milliseconds since the epoch
 * @param version of the record before; 0: none
 */
export function ageRecord(
  relation: RelatedPerson,
  birthDate: string | undefined,
  own: OwnCanonicals,
  ages: AgeSettings,
  now: number,
  version = 0,
): DocumentChange[] {
  const { narrows, ends } = momentsOf(relation, birthDate, own, ages);
  const due = Math.min(...[narrows, ends].filter(at => at > now), Infinity);
  return due === Infinity ? [] : [dueAt(`RelatedPerson/${relation.id}`, due, version)];
}

/** What has come of age by now, as a step that also moves the record on, or ends it. */
export async function ageChanged(
  record: Document,
  reader: WorkflowReader,
  ages: AgeSettings,
  now: number,
): Promise<Step> {
  const relation = await reader.get<RelatedPerson>(record.id);
  const over: DocumentChange = { op: 'delete', kind: record.kind, id: record.id, expect: record.version };
  if (!relation || relation.resource.active === false) return step({ documents: [over] });
  const patient = await reader.get<Patient>(relation.resource.patient.reference ?? '');
  const { narrows, ends } = momentsOf(relation.resource, patient?.resource.birthDate, reader.own, ages);
  if (ends <= now) return combined(await grown(relation, reader, now), step({ documents: [over] }));
  const next = Math.min(...[narrows, ends].filter(at => at > now), Infinity);
  const documents = next === Infinity ? [over] : [dueAt(record.id, next, record.version)];
  return step({ documents, effects: narrows <= now ? await narrowed(relation, reader) : [] });
}

async function grown(relation: Versioned<RelatedPerson>, reader: WorkflowReader, now: number): Promise<Step> {
  const moving = { by: SERVER, now, all: reader, input: {} };
  const { resource, effects } = await move(proxyWorkflow(reader.own), 'come-of-age', relation.resource, moving);
  return step({ writes: [changed(relation, resource)], effects });
}

async function narrowed({ resource: { id, patient } }: Versioned<RelatedPerson>, reader: WorkflowReader) {
  const about = `RelatedPerson/${id}`;
  const acting = (await accountsOf(about, reader)).map(({ resource }) => `Person/${resource.id}`);
  return [
    relationNotice('proxy-narrowed', about, [...Object.values(defined({ patient: patient.reference })), ...acting]),
  ];
}
