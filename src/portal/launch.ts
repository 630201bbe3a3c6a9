/**
 * The launch of an app from a trusted system: a record that is found by the hash of a secret, for a few minutes and once.
 * https://hl7.org/fhir/smart-app-launch/app-launch.html#launch-app-ehr-launch
 */
import type { Random } from '../fhir/clock.js';
import { newSecret, secretHash } from '../fhir/secret.js';
import type { Document, DocumentChange } from '../store/port.js';

/** What is open in the system. */
export interface OpenThings {
  /** Ids of resources. */
  readonly patient: string;
  readonly encounter?: string;
  readonly fhirContext?: readonly { readonly reference: string }[];
  readonly intent?: string;
  readonly need_patient_banner?: boolean;
}

export interface Launch {
  readonly context: OpenThings;
  /** The app that it is for. */
  readonly client: string;
  /** `Practitioner/1` or `Person/1`; absent: whoever may see the patient. */
  readonly user?: string;
}

export const LAUNCH = 'launch';
/** Milliseconds. */
const LIFETIME = 5 * 60_000;

/** A new launch: its secret, and the record to commit. */
export function announced(launch: Launch, random: Random, now: number): { handle: string; change: DocumentChange } {
  const handle = newSecret(random);
  const document = { kind: LAUNCH, id: secretHash(handle), value: { ...launch }, keys: {}, expires: now + LIFETIME };
  return { handle, change: { op: 'put', document, expect: 0 } };
}

export const launchIn = ({ value }: Document): Launch => value as unknown as Launch;
