/** The record of a person who has none yet, as far as the stated facts go. */
import type { Patient } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { telecomOf } from './contact.js';
import type { Facts } from './identity.js';

/** @param language BCP 47 */
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
