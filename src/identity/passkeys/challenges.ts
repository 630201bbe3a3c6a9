/**
 * Challenges that authenticators sign: each belongs to its purpose and to one browser, lasts for some minutes, and is gone with
 * the first answer, right or wrong. https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges
 */
import { createHash } from 'node:crypto';
import type { World } from '../../fhir/clock.js';
import type { DocumentChange, Records } from '../../store/port.js';

export type ChallengePurpose = 'registration' | 'sign-in' | 'second-factor' | 'set-up';

/** What a challenge is for, and a secret that its browser alone has. */
export interface Ceremony {
  readonly purpose: ChallengePurpose;
  readonly browser: string;
}

export interface Challenges {
  /** A challenge in place of the last one of this ceremony. */
  issue(ceremony: Ceremony): { readonly challenge: Uint8Array<ArrayBuffer>; readonly change: DocumentChange };
  /** The challenge in base64url: of any number of callers exactly one gets it. */
  take(ceremony: Ceremony): Promise<string | undefined>;
}

const KIND = 'passkey-challenge';

/** Milliseconds. */
export const CHALLENGE_LASTS = 5 * 60_000;
const BYTES = 32;

export function createChallenges({
  records,
  clock,
  random,
}: Pick<World, 'clock' | 'random'> & { records: Pick<Records, 'take'> }): Challenges {
  const idOf = ({ purpose, browser }: Ceremony): string =>
    createHash('sha256').update(`passkey:${purpose}:${browser}`).digest('hex');
  return {
    issue(ceremony) {
      const challenge = Uint8Array.from(random.bytes(BYTES));
      const value = { challenge: Buffer.from(challenge).toString('base64url') };
      const expires = clock.now() + CHALLENGE_LASTS;
      const change: DocumentChange = {
        op: 'put',
        document: { kind: KIND, id: idOf(ceremony), value, keys: {}, expires },
      };
      return { challenge, change };
    },
    async take(ceremony) {
      const document = await records.take(KIND, idOf(ceremony), clock.now());
      return document && String(document.value['challenge']);
    },
  };
}
