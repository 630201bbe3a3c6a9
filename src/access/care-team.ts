/**
 * The search parameter `care-team`: those of the directory who care for a patient, as the patient's record names them, with the
 * roles, people, groups and services that belong to them. https://hl7.org/fhir/R4/patient-definitions.html#Patient.generalPractitioner
 */
import { localReference, ID } from '../fhir/reference.js';
import { or } from '../search/filters.js';
import { baseKey, chainKey } from '../search/keys.js';
import type { Filter } from '../search/query.js';

const ROLE = 'PractitionerRole';

/**
 * The filter for a type; undefined for a type that is no part of the directory. The store narrows it to patients whom the caller sees.
 * @param value id of a Patient, or `Patient/1`
 */
export function careTeam(type: string, value: string): Filter | undefined {
  const id = ID.test(value) ? value : localReference(value, [])?.id;
  const patient: Filter = id === undefined ? { kind: 'none' } : { kind: 'id', ids: [id] };
  const by = (code: string, own: string): Filter => referred('Patient', code, own, patient);
  const general = (own: string): Filter => by('general-practitioner', own);
  switch (type) {
    case 'Practitioner':
      return or([general(type), referred(ROLE, 'practitioner', type, general(ROLE))]);
    case ROLE:
      return or([general(type), refers(type, 'practitioner', 'Practitioner', general('Practitioner'))]);
    case 'Organization':
      return or([general(type), by('organization', type), referred(ROLE, 'organization', type, general(ROLE))]);
    case 'HealthcareService': {
      const groups = or([general('Organization'), by('organization', 'Organization')]);
      return or([referred(ROLE, 'service', type, general(ROLE)), refers(type, 'organization', 'Organization', groups)]);
    }
    default:
      return undefined;
  }
}

const key = (type: string, code: string): string => chainKey(baseKey(type, code));

const refers = (from: string, code: string, type: string, where: Filter): Filter => ({
  kind: 'refers',
  key: key(from, code),
  type,
  where,
});

const referred = (type: string, code: string, own: string, where: Filter): Filter => ({
  kind: 'referred',
  type,
  key: key(type, code),
  own,
  where,
});
