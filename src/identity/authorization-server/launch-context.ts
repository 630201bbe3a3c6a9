/**
 * The launch context of a grant: what a token response tells an app beside its tokens.
 * https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token
 */
import { tokenHash } from '../../access/token.js';
import type { Clock } from '../../fhir/clock.js';
import type { Records } from '../../store/port.js';

export interface LaunchContext {
  /** Ids of resources. */
  readonly patient?: string;
  readonly encounter?: string;
  readonly need_patient_banner?: boolean;
  readonly smart_style_url?: string;
  readonly fhirContext?: readonly Readonly<Record<string, unknown>>[];
  readonly intent?: string;
  readonly tenant?: string;
}

/** What is kept of a grant beside what the provider keeps. */
export interface GrantDetails {
  readonly context: LaunchContext;
  /** The resource that the person is to the app: `Patient/1`. */
  readonly fhirUser: string;
}

const KIND = 'grant-details';

export interface GrantDetailsStore {
  read(grantId: string): Promise<GrantDetails | undefined>;
  /** @param lifetime seconds, as long as the grant's */
  write(grantId: string, details: GrantDetails, lifetime: number): Promise<void>;
}

export const createGrantDetails = (records: Records, clock: Clock): GrantDetailsStore => ({
  async read(grantId) {
    return (await records.get(KIND, tokenHash(grantId), clock.now()))?.value as GrantDetails | undefined;
  },
  async write(grantId, details, lifetime) {
    const expires = clock.now() + lifetime * 1000;
    const document = { kind: KIND, id: tokenHash(grantId), value: { ...details }, keys: {}, expires };
    await records.write({ op: 'put', document });
  },
});
