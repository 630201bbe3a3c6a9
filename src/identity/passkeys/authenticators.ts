/** What authenticators are asked, and whether their answers are right. https://www.w3.org/TR/webauthn-3/ */
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Passkey } from '../accounts/sign-in-method.js';
import { CHALLENGE_LASTS } from './challenges.js';
import type { RelyingParty } from './relying-party.js';

/** Options for `navigator.credentials`, as JSON. */
export type CeremonyOptions = object;

/** EdDSA, ES256, RS256. https://www.iana.org/assignments/cose/cose.xhtml#algorithms */
const ALGORITHMS = [-8, -7, -257];

type Bytes = Uint8Array<ArrayBuffer>;

/** Passkeys as a browser is told of them. */
export type KnownPasskey = Pick<Passkey, 'credential' | 'transports'>;

const described = (passkeys: readonly KnownPasskey[]) =>
  passkeys.map(({ credential: id, transports }) => ({ id, transports: [...transports] }));

export interface NewOwner {
  /** In base64url. */
  readonly userHandle: string;
  readonly userName: string;
  /** Passkeys of the account: an authenticator makes no second one. */
  readonly known: readonly KnownPasskey[];
}

/** @param title name of the portal, which the browser shows */
export const registrationOptions = (
  { userHandle, userName, known }: NewOwner,
  challenge: Bytes,
  title: string,
  { id }: RelyingParty,
): Promise<CeremonyOptions> =>
  generateRegistrationOptions({
    ...{ rpName: title, rpID: id, challenge, timeout: CHALLENGE_LASTS },
    ...{ userID: Uint8Array.from(Buffer.from(userHandle, 'base64url')), userName, userDisplayName: userName },
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: described(known),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  });

/** @param allowed passkeys that may answer; none: any of this server */
export const authenticationOptions = (
  allowed: readonly KnownPasskey[],
  userVerification: 'required' | 'preferred',
  challenge: Bytes,
  { id }: RelyingParty,
): Promise<CeremonyOptions> =>
  generateAuthenticationOptions({
    ...{ rpID: id, challenge, timeout: CHALLENGE_LASTS, userVerification },
    allowCredentials: described(allowed),
  });

/** What is kept of a passkey that was just made; undefined where its answer is wrong. */
export async function registered(
  answer: object,
  challenge: string,
  { id, origins }: RelyingParty,
): Promise<Pick<Passkey, 'credential' | 'publicKey' | 'counter' | 'transports'> | undefined> {
  const { registrationInfo } = await unlessWrong(() =>
    verifyRegistrationResponse({
      response: answer as RegistrationResponseJSON,
      ...{ expectedChallenge: challenge, expectedOrigin: origins, expectedRPID: id },
      requireUserVerification: false,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  if (!registrationInfo) return undefined;
  const { id: credential, publicKey, counter, transports = [] } = registrationInfo.credential;
  return { credential, publicKey: Buffer.from(publicKey).toString('base64url'), counter, transports };
}

export interface Asked {
  readonly challenge: string;
  /** The person must have shown the authenticator who they are. */
  readonly mustVerify: boolean;
}

/** The counter of a right signature; undefined for a wrong one. */
export async function signedCounter(
  answer: object,
  { credential, publicKey }: Passkey,
  { challenge, mustVerify }: Asked,
  { id, origins }: RelyingParty,
): Promise<number | undefined> {
  const { verified, authenticationInfo } = await unlessWrong(() =>
    verifyAuthenticationResponse({
      response: answer as AuthenticationResponseJSON,
      ...{ expectedChallenge: challenge, expectedOrigin: origins, expectedRPID: id },
      // A counter that goes back is the caller's matter: it is no wrong signature.
      credential: { id: credential, publicKey: Uint8Array.from(Buffer.from(publicKey, 'base64url')), counter: 0 },
      requireUserVerification: mustVerify,
    }),
  );
  return verified === true ? authenticationInfo?.newCounter : undefined;
}

/** The library throws what is wrong with an answer; why does not matter to its sender. */
async function unlessWrong<T extends object>(verify: () => Promise<T>): Promise<Partial<T>> {
  try {
    return await verify();
  } catch {
    return {};
  }
}
