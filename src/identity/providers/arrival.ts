/** A browser comes back from a provider: what the provider vouches for signs in, opens an account, or is linked to one. */
import { wonRace } from '../../fhir/fault.js';
import { kindOf, type CredentialPolicy } from '../accounts/credential-policy.js';
import type { StoredCredential } from '../accounts/credential.js';
import type { CodeAndFacts, Entered, Entrance, EntranceRefusal, NewIdentity } from '../accounts/first-credential.js';
import { isDormant, proceed, type FirstFactorParts, type SignInProgress } from '../accounts/first-factor.js';
import { changedMethod, type SignInMethods } from '../accounts/sign-in-method.js';
import type { Limiter } from '../limits/limiter.js';
import type { Visitor } from '../limits/visitor.js';
import type { Sessions } from '../sessions/sessions.js';
import { flowSecretsOf, type AuthenticationRequest, type AuthenticationRequests } from './authentication-request.js';
import { askingOf } from './departure.js';
import { link, type Linked, type LinkingParts } from './linking.js';
import { providerError, ProviderError, type ProviderFailure } from './provider-error.js';
import { providerName } from './provider-name.js';
import type { Provider, Providers } from './providers.js';
import type { FlowSecrets } from './relying-party.js';
import type { UnlinkedIdentities } from './unlinked-identity.js';
import { vouchedPerson, type VouchedPerson } from './vouched-person.js';

export interface ArrivalParts extends LinkingParts {
  readonly providers: Providers;
  readonly requests: AuthenticationRequests;
  readonly unlinked: UnlinkedIdentities;
  readonly limiter: Pick<Limiter, 'giveBack'>;
  readonly policy: CredentialPolicy;
  readonly methods: SignInMethods;
  readonly sessions: Pick<Sessions, 'current'>;
  readonly factors: FirstFactorParts;
  readonly enterExternally: (
    visitor: Visitor,
    entrance: Entrance,
    given: CodeAndFacts,
    identity: NewIdentity,
  ) => Promise<Entered>;
  /** Told of a provider that does not do as it should. */
  readonly report: (provider: string, error: ProviderError) => void;
}

export type ArrivalOutcome =
  /** `back` is where the sign-in leads. */
  | (SignInProgress & { readonly back: string | undefined })
  /** It signs in to no account yet. */
  | { readonly kind: 'unlinked'; readonly cookie: string }
  /** What became of another way into an account. */
  | { readonly kind: 'linked'; readonly how: Linked }
  /** The account had credentials before. */
  | { readonly kind: 'known' }
  | { readonly kind: 'not-entered'; readonly entrance: Entrance; readonly refusal: EntranceRefusal }
  | { readonly kind: 'failed'; readonly failure: ProviderFailure };

export interface Arrival {
  readonly outcome: ArrivalOutcome;
  /** Of the page that it began on: BCP 47; undefined: it began nowhere. */
  readonly language?: string;
  /** The Set-Cookie field that ends the request. */
  readonly cookie?: string;
}

/**
 * @param key of the provider, whose own callback it is
 * @param answer the query of the callback
 */
export async function arrive(
  visitor: Visitor,
  key: string,
  answer: URLSearchParams,
  parts: ArrivalParts,
): Promise<Arrival> {
  const { requests, providers } = parts;
  const kept = await requests.of(visitor);
  const provider = providers.get(key);
  const secrets = kept && flowSecretsOf(kept.secret);
  const isOwn = kept?.value.provider === key && answer.get('state') === secrets?.state;
  // An answer to somebody else's request leaves this browser's own as it is.
  if (!kept || !secrets || !provider || !isOwn || !(await requests.take(kept))) return { outcome: stale };
  const about = { language: kept.value.language, cookie: requests.forget() };
  const person = await vouched(provider, answer, secrets, kept.value).catch(providerError);
  if (person instanceof ProviderError) {
    parts.report(key, person);
    return { ...about, outcome: { kind: 'failed', failure: person.failure } };
  }
  await parts.limiter.giveBack([{ limit: 'external-network', of: visitor.network }]);
  return { ...about, outcome: await used(visitor, person, kept.value, parts) };
}

const stale: ArrivalOutcome = { kind: 'failed', failure: 'stale' };

async function vouched(
  { config, party }: Provider,
  answer: URLSearchParams,
  secrets: FlowSecrets,
  { purpose, language }: AuthenticationRequest,
): Promise<VouchedPerson> {
  const word = await party.complete(answer, secrets, askingOf(purpose, language));
  return vouchedPerson(config, word, providerName(config, language));
}

function used(
  visitor: Visitor,
  person: VouchedPerson,
  { purpose }: AuthenticationRequest,
  parts: ArrivalParts,
): Promise<ArrivalOutcome> {
  switch (purpose.kind) {
    case 'sign-in':
      return signInAs(visitor, person, purpose.back, parts);
    case 'entrance':
      return enterAs(visitor, person, purpose, parts);
    case 'add':
      return addTo(visitor, person, purpose, parts);
  }
}

/** An identity that signs in to no account, and one whose account is not in use, are one answer. */
async function signInAs(
  visitor: Visitor,
  person: VouchedPerson,
  back: string | undefined,
  parts: ArrivalParts,
): Promise<ArrivalOutcome> {
  const found = await parts.methods.by({ ...person.identity, kind: 'external' });
  const account = found?.method.account ?? '';
  const isInUse = found !== undefined && (await parts.factors.fhirUserOf(account)) !== undefined;
  const stored = isInUse ? await parts.credentials.of(account) : undefined;
  if (!found || !stored) {
    await parts.audit({ action: 'sign-in', account, isGood: false });
    const { cookie } = await parts.unlinked.keep({ person, at: parts.clock.now(), back });
    return { kind: 'unlinked', cookie };
  }
  if (!(await parts.policy.allowsExternal(kindOf(account), person.identity.provider))) {
    await parts.audit({ action: 'sign-in', account, isGood: false });
    return { kind: 'linked', how: 'closed' };
  }
  const outcome = await signInLinked(visitor, person, stored, parts);
  // Of two sign-ins at once one is noted.
  await wonRace(parts.store.commit({ documents: [changedMethod(found, { usedAt: parts.clock.now() })] }));
  return { ...outcome, back };
}

/** Signs in to an account that this person is linked to. Its own second factor is asked for unless the provider has had one. */
export async function signInLinked(
  visitor: Visitor,
  { amr, hasSecondFactor, authTime = 0 }: VouchedPerson,
  stored: StoredCredential,
  { factors }: Pick<ArrivalParts, 'factors'>,
): Promise<SignInProgress> {
  if (await isDormant(stored.credential, factors)) {
    return proceed(visitor, stored, { amr, provedAt: authTime, second: 'required' }, factors);
  }
  if (!hasSecondFactor) return proceed(visitor, stored, { amr, provedAt: authTime }, factors);
  const both = [...new Set([...amr, 'mfa'])];
  return proceed(visitor, stored, { amr: both, provedAt: authTime, second: 'proved' }, factors);
}

async function enterAs(
  visitor: Visitor,
  person: VouchedPerson,
  { entrance, ...given }: CodeAndFacts & { readonly entrance: Entrance },
  parts: ArrivalParts,
): Promise<ArrivalOutcome> {
  const entered = await parts.enterExternally(visitor, entrance, given, person.identity);
  switch (entered.kind) {
    case 'done':
      return signInAs(visitor, person, undefined, parts);
    case 'known':
      return { kind: 'known' };
    case 'taken':
      return { kind: 'linked', how: 'elsewhere' };
    case 'closed':
      return { kind: 'linked', how: 'closed' };
    case 'choose':
      return stale;
    case 'wrong-facts':
    case 'unusable':
    case 'wait':
      return { kind: 'not-entered', entrance, refusal: entered };
  }
}

/** Only the session that asked for it gets another way in. */
async function addTo(
  visitor: Visitor,
  { identity }: VouchedPerson,
  { session }: { readonly session: string },
  parts: ArrivalParts,
): Promise<ArrivalOutcome> {
  const signedIn = await parts.sessions.current(visitor);
  if (signedIn?.session !== session) return stale;
  return { kind: 'linked', how: await link(signedIn.account, identity, [], parts) };
}
