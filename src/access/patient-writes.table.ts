/** What patients and their proxies may write by plain REST. What they create must be a reached patient's own, and no other's. */

export interface PatientWrite {
  /** Of `c u d`. */
  readonly permissions: string;
  /** The sender must be the caller. */
  readonly asSender?: true;
}

export const patientWrites: Readonly<Record<string, PatientWrite>> = {
  Communication: { permissions: 'cud', asSender: true },
  Binary: { permissions: 'c' },
  /** How they are notified, on their own record: portal/own-record.ts. */
  Patient: { permissions: 'u' },
};
