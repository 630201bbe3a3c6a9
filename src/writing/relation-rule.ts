/** The portal's rule for relations: their workflow, functions that their basis allows, and the record of the moments at which a child comes of age. */
import type { Patient, RelatedPerson } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import type { Resource } from '../fhir/resource.js';
import { basisOf, functionsAllowed } from '../fhir/proxy-functions.js';
import { ageRecord, PROXY_AGES } from '../portal/proxy-age.js';
import { isBlocked } from '../portal/proxy-workflow.js';
import { combined, step } from '../portal/step.js';
import type { HandlerParts, WriteRule } from '../service.js';
import { readerOf, type ReaderParts } from './workflow-reader.js';

export interface RelationRuleParts extends ReaderParts {
  readonly configuration: HandlerParts['configuration'];
}

/** @param judge the rule of the workflow */
export const relationRule =
  (judge: WriteRule, parts: RelationRuleParts): WriteRule =>
  async (resource, previous, context) => {
    const ruled = await judge(resource, previous, context);
    const relation = ofBlocked(ruled.resource as unknown as RelatedPerson, parts);
    refuseOtherFunctions(relation, parts);
    const all = readerOf(context, context.asSystem('a relation: the age of its patient'), parts);
    const patient = await all.get<Patient>(relation.patient.reference ?? '');
    const before = await all.document(PROXY_AGES, `RelatedPerson/${relation.id}`);
    const { birthDate } = patient?.resource ?? {};
    const ages = await parts.configuration();
    const documents = ageRecord(relation, birthDate, all.own, ages, parts.clock.now(), before?.version);
    return { resource: relation as unknown as Resource, step: combined(ruled.step ?? step({}), step({ documents })) };
  };

/** Nobody acts by a blocked relation, however it is written. */
const ofBlocked = (relation: RelatedPerson, { definitions: { own } }: ReaderParts): RelatedPerson =>
  isBlocked(relation, own) ? { ...relation, active: false } : relation;

/** Fault `unprocessable` for a function that the basis of the relation does not allow. */
function refuseOtherFunctions(relation: RelatedPerson, { definitions: { own } }: ReaderParts): void {
  const basis = basisOf(relation, own);
  const allowed = functionsAllowed(basis);
  const at = (relation.extension ?? []).findIndex(
    ({ url, valueCode = '' }) => url === own.structure('proxy-function') && allowed?.has(valueCode) === false,
  );
  if (at < 0) return;
  throw new Fault('unprocessable', `The basis ${basis} does not allow this function.`, {
    code: 'business-rule',
    expression: `RelatedPerson.extension[${at}]`,
  });
}
