/** An account gets another passkey. Nothing changes before the authenticator's answer is there and right. */
import type { Clock, Random } from '../../fhir/clock.js';
import { newSecret } from '../../fhir/secret.js';
import type { DocumentChange, Store } from '../../store/port.js';
import { changedCredential, type StoredCredential } from '../accounts/credential.js';
import { MOST_METHODS, newMethod, type SignInMethods } from '../accounts/sign-in-method.js';
import { registered, registrationOptions, type CeremonyOptions } from './authenticators.js';
import type { Ceremony, Challenges } from './challenges.js';
import { answerOf } from './proof.js';
import type { RelyingParty } from './relying-party.js';

export interface PasskeySetupParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Pick<Store, 'commit'>;
  readonly methods: Pick<SignInMethods, 'of'>;
  readonly challenges: Challenges;
  readonly relyingParty: RelyingParty | undefined;
  readonly placeNames: () => Promise<readonly string[]>;
}

/** `too-many`: an account has so many ways in and no more. `unavailable`: browsers make none for this server's address. */
export type PasskeyProposal =
  { readonly kind: 'proposed'; readonly options: CeremonyOptions } | { readonly kind: 'too-many' | 'unavailable' };

/** Asks the authenticator for a passkey. Fault `conflict` where the credential was changed at the same moment. */
export async function proposePasskey(
  stored: StoredCredential,
  ceremony: Ceremony,
  parts: PasskeySetupParts,
): Promise<PasskeyProposal> {
  const { relyingParty } = parts;
  const { account, userHandle = newSecret(parts.random) } = stored.credential;
  if (!relyingParty) return { kind: 'unavailable' };
  const methods = await parts.methods.of(account);
  if (methods.length >= MOST_METHODS) return { kind: 'too-many' };
  const known = methods.flatMap(({ method }) => (method.kind === 'passkey' ? [method] : []));
  const { challenge, change } = parts.challenges.issue(ceremony);
  const named = stored.credential.userHandle === undefined ? [changedCredential(stored, { userHandle })] : [];
  await parts.store.commit({ documents: [change, ...named] });
  const [title = 'Portico'] = await parts.placeNames();
  // An account without a user name is called as the portal.
  const owner = { userHandle, userName: stored.credential.userName ?? title, known };
  return { kind: 'proposed', options: await registrationOptions(owner, challenge, title, relyingParty) };
}

/** What the person calls the passkey, and the authenticator's answer as JSON. */
export interface MadePasskey {
  readonly name: string;
  readonly answer: string;
}

/**
 * The change that gives the account this passkey; undefined where the answer is wrong. Fault `conflict` at commit where the
 * passkey is somebody's.
 */
export async function madePasskey(
  ceremony: Ceremony,
  account: string,
  { name, answer: text }: MadePasskey,
  parts: PasskeySetupParts,
): Promise<DocumentChange | undefined> {
  const challenge = await parts.challenges.take(ceremony);
  const answer = answerOf(text);
  if (!parts.relyingParty || challenge === undefined || !answer) return undefined;
  const made = await registered(answer, challenge, parts.relyingParty);
  if (!made || (await parts.methods.of(account)).length >= MOST_METHODS) return undefined;
  return newMethod({ kind: 'passkey', account, name, addedAt: parts.clock.now(), ...made });
}

/** Characters. */
const LONGEST_NAME = 60;

/** The name in one line; where there is none that of the browser, or of the thing. */
export function passkeyName(text: string, browser: string): string {
  const name = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return (
    Array.from(name === '' ? browser : name)
      .slice(0, LONGEST_NAME)
      .join('') || 'Passkey'
  );
}
