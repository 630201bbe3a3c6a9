/** What patients and their proxies may write by plain REST. What they create must be a reached patient's own, and no other's. */

import type { ProxyFunction } from '../fhir/proxy-basis.table.js';

export interface PatientWrite {
  /** Of `c u d`. */
  readonly permissions: string;
  /** The sender must be the caller. */
  readonly asSender?: true;
  /** The function that a proxy needs, where it is not that of reading. */
  readonly needs?: ProxyFunction;
}

export const patientWrites: Readonly<Record<string, PatientWrite>> = {
  Communication: { permissions: 'cud', asSender: true },
  Binary: { permissions: 'c' },
  /** What they permit and deny to others; they record it, and end it: writing/consent-rule.ts. */
  Consent: { permissions: 'cu' },
  /** The profile: portal/patient-profile.ts. */
  Patient: { permissions: 'u', needs: 'profile' },
};
