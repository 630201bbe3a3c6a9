/** The record of a person who has none yet, as far as the stated facts go. */
import type { Patient } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { telecomOf } from './contact.js';
import type { Facts } from './identity.js';

/**
 * The record as the portal makes it, with an identifier of its own assigning authority. That one is secondary: records of one person
 * may have several. https://hl7.org/fhir/R4/codesystem-identifier-use.html
 * @param language BCP 47
 */
export function newPatient(
  facts: Facts,
  id: string,
  language: string | undefined,
  { patientSystem: system }: Pick<OwnCanonicals, 'patientSystem'>,
): Patient {
  const record = patientOf(facts, id, language);
  return {
    ...record,
    identifier: [...(record.identifier ?? []), { use: 'secondary', type: INTERNAL, system, value: id }],
  };
}

/** https://terminology.hl7.org/CodeSystem-v2-0203.html */
const INTERNAL = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'PI' }] };

/** What the facts say. @param language BCP 47 */
export function patientOf(facts: Facts, id: string, language: string | undefined): Patient {
  const { identifier, family, given, birthDate } = facts;
  const spoken = language === undefined ? {} : { communication: [{ language: bcp47(language), preferred: true }] };
  return {
    resourceType: 'Patient',
    id,
    ...(identifier === undefined ? {} : { identifier: [identifier] }),
    active: true,
    name: [{ ...defined({ family }), ...(given === undefined ? {} : { given: [given] }) }],
    telecom: telecomOf(facts),
    ...defined({ birthDate }),
    ...spoken,
  };
}

const bcp47 = (code: string) => ({ coding: [{ system: 'urn:ietf:bcp:47', code }] });
