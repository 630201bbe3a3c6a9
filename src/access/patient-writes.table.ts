/** What patients and their proxies may write by plain REST. What they create must be a reached patient's own, and no other's. */

import type { ProxyFunction } from '../fhir/proxy-basis.table.js';

export interface PatientWrite {
  /** Of `c u d`. */
  readonly permissions: string;
  /** The internal posting by which a resource names the caller, who must be its sender or have entered it. */
  readonly signed?: 'by' | 'entered';
  /** Only what the caller signed is changed or deleted. */
  readonly changesSigned?: true;
  /** The function that a proxy needs, where it is not that of reading. */
  readonly needs?: ProxyFunction;
}

export const patientWrites: Readonly<Record<string, PatientWrite>> = {
  Communication: { permissions: 'cud', signed: 'by' },
  Binary: { permissions: 'c' },
  /** What they permit and deny to others; they record it, and end it: writing/consent-rule.ts. */
  Consent: { permissions: 'cu' },
  /** What they measure: portal/measurement.ts. */
  Observation: { permissions: 'cud', signed: 'entered', changesSigned: true },
  /** Favourites: portal/favourites.ts. */
  List: { permissions: 'cud' },
  /** The profile: portal/patient-profile.ts. */
  Patient: { permissions: 'u', needs: 'profile' },
};
