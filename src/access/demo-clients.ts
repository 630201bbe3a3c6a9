/** The clients of demo mode, and the people they act for; the demo data holds the resources named here. */
import type { Client } from './clients.js';

const app = { kind: 'user', registrations: ['app'] } as const;
const staffScope = 'user/*.cruds user/*.$*';

export const demoClients: readonly Client[] = [
  {
    id: 'demo-system',
    kind: 'system',
    registrations: ['app', 'system', 'customer'],
    customers: ['demo'],
    scope: 'system/*.cruds system/*.$*',
  },
  {
    id: 'demo-ehr',
    kind: 'system',
    registrations: ['system'],
    scope: [
      'system/Patient.cruds system/Person.rs system/RelatedPerson.cruds',
      'system/Practitioner.cruds system/PractitionerRole.cruds system/Organization.cruds',
      'system/HealthcareService.cruds system/Location.cruds system/Endpoint.rs system/Task.rs system/*.$dry-run',
      'system/Communication.crs system/Communication.$read-state system/Binary.cr system/DocumentReference.cruds system/Observation.cruds',
      'system/RelatedPerson.$link-proxy system/RelatedPerson.$unlink-proxy',
      'system/Patient.$enrollment-status system/Patient.$invite system/Patient.$enroll system/Patient.$launch',
    ].join(' '),
  },
  {
    id: 'demo-patient',
    ...app,
    scope: [
      'patient/*.rs patient/Patient.u patient/Consent.cu patient/Communication.cud patient/Binary.c',
      'patient/Observation.cud patient/List.cud',
      'patient/Communication.$* patient/RelatedPerson.$unlink-proxy patient/Person.$account',
    ].join(' '),
    fhirUser: 'Person/demo-patient',
  },
  { id: 'demo-clinician', ...app, scope: staffScope, fhirUser: 'Practitioner/demo-clinician' },
  { id: 'demo-agent', ...app, scope: staffScope, fhirUser: 'Practitioner/demo-agent' },
];
