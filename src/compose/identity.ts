/** Accounts, sessions of browsers, and what the pages for them need. */
import type { KeyObject } from 'node:crypto';
import type { CurrentConfiguration } from '../configuration/current.js';
import type { Config } from '../config/config.js';
import type { World } from '../fhir/clock.js';
import { outboxDocuments } from '../delivery/outbox.js';
import type { Effect } from '../portal/effect.js';
import { answerRequests, REQUESTS_AT_ONCE } from '../identity/accounts/account-requests.js';
import { createAccountSecurity } from '../identity/accounts/account-security.js';
import { placeNamesOf } from '../identity/accounts/place-names.js';
import { ask, askEnrollment, askLink, resetPassword } from '../identity/accounts/recovery.js';
import { DAY } from '../portal/days-parameter.js';
import type { Log } from '../observe/log.js';
import { createBackgroundWorker, type BackgroundWorker } from '../runtime/background-worker.js';
import { accessesOf } from '../identity/accounts/accesses.js';
import { trailOf } from './accesses.js';
import { relationPageParts } from './relation-pages.js';
import { accountSettings } from './account-settings.js';
import { identityProviders } from './identity-providers.js';
import type { Outbound } from '../outbound/outbound.js';
import { factorRules, signedInUser } from './factor-rules.js';
import { signInPages } from './sign-in-pages.js';
import type { FirstFactorParts } from '../identity/accounts/first-factor.js';
import { createChallenges } from '../identity/passkeys/challenges.js';
import { relyingPartyOf } from '../identity/passkeys/relying-party.js';
import { accountAudit } from '../identity/accounts/account-audit.js';
import type { AccountWriter } from '../identity/accounts/account-writer.js';
import { chosenCredential, type Choice } from '../identity/accounts/choose.js';
import { createCredentialPolicy } from '../identity/accounts/credential-policy.js';
import { credentialReader } from '../identity/accounts/credential.js';
import { holderOf } from '../identity/providers/linking.js';
import { enter, enterExternally, verifyEntrance, type NewIdentity } from '../identity/accounts/first-credential.js';
import { createHashing } from '../identity/accounts/password-hash.js';
import { comeOfAge, RELATIONS_AT_ONCE } from '../identity/accounts/coming-of-age.js';
import { createAuthenticatorApps } from '../identity/accounts/authenticator-app.js';
import { createOneTimeCodes } from '../identity/accounts/one-time-code.js';
import { signInMethods } from '../identity/accounts/sign-in-method.js';
import { fhirUserOf } from '../identity/accounts/standing.js';
import { safetyNotice } from '../identity/accounts/safety-notice.js';
import type { ConnectedApps } from '../identity/authorization-server/connected-apps.js';
import type { Grants } from '../identity/authorization-server/grants.js';
import { createAlarm } from '../identity/limits/alarm.js';
import { createKnownBrowsers } from '../identity/limits/known-browsers.js';
import { createLimiter, type Limiter } from '../identity/limits/limiter.js';
import { createCookies, type WithHeaders } from '../identity/sessions/cookies.js';
import { createFormTokens, type FormTokens } from '../identity/sessions/form-token.js';
import { createPendingSignIns } from '../identity/sessions/pending-sign-in.js';
import { createSessions, type Sessions } from '../identity/sessions/sessions.js';
import type { AccountPagesParts } from '../pages/account/index.js';
import type { ProfilePageParts } from '../pages/account/profile.js';
import type { Audit } from '../service.js';
import type { DocumentChange, Storage, Store } from '../store/port.js';
import { runAsServer, type ServerStepParts } from '../writing/server-step.js';
import { endpointThat, type Model } from './model.js';
import { serverReader } from './server-reader.js';

export interface IdentityParts {
  config: Config;
  world: World;
  model: Model;
  stores: Storage;
  secret: KeyObject;
  configuration: CurrentConfiguration;
  /** What people granted to apps. */
  grants: Pick<Grants, 'ending'>;
  readonly connected: ConnectedApps;
  audit: Audit & { readonly store: Store };
  log: Log;
  outbound: Outbound;
  /** How resources are written. */
  handling: Pick<ServerStepParts, 'writing' | 'served' | 'auditOwn' | 'store'>;
}

export interface Identity {
  /** Who is signed in to a browser. */
  readonly sessions: Sessions;
  /** Tries of whatever may be tried only so often. */
  readonly limiter: Limiter;
  /** Forms of pages that are this server's own. */
  readonly forms: FormTokens;
  /** The changes that give an account its first credential. */
  readonly choose: (choice: Choice) => Promise<DocumentChange[]>;
  /** The changes that tell a person that a refresh token was used again. */
  readonly reused: (account: string) => Promise<DocumentChange[]>;
  /** Looks into the requests of people who cannot sign in. */
  readonly requests: BackgroundWorker;
  /** Tells families when a child has come of age. */
  readonly comingOfAge: BackgroundWorker;
  readonly pages: Omit<AccountPagesParts, keyof ProfilePageParts> & Pick<AccountPagesParts, 'sessions'>;
}

/** Milliseconds. */
const MINUTE = 60_000;
/** Between looks at the requests that wait. */
const LOOKING = 500;
/** Between looks at the children who have come of age. */
const BIRTHDAYS = 30_000;

export function createIdentity(parts: IdentityParts): Identity {
  const shared = sharedParts(parts);
  const { sessions, limiter, forms, hashing, telling } = shared;
  return {
    ...{ sessions, limiter, forms, ...workersOf(parts, shared), pages: pagesOf(parts, shared) },
    choose: choice => chosenCredential(choice, { hashing, clock: parts.world.clock }),
    reused: account => safetyNotice('app-access-ended', account, telling),
  };
}

type SharedParts = ReturnType<typeof sharedParts>;

/** What pages and workers have in common. */
function sharedParts(parts: IdentityParts) {
  const { config, world, stores, secret, configuration } = parts;
  const { records, store } = stores;
  const { clock, random } = world;
  const cookies = createCookies(config.url.startsWith('https:'));
  const forms = createFormTokens(secret, { cookies, random, url: config.url });
  const browserOf = (request: WithHeaders) => forms.browserOf(request);
  const standing = { reader: serverReader(parts), clock, settings: configuration };
  const methods = signInMethods(records, clock);
  const rules = factorRules(standing, methods, configuration);
  const inUse = (account: string) => fhirUserOf(account, standing);
  const limits = async () => {
    const settings = await configuration();
    return { idle: settings['session-idle-minutes'] * MINUTE, absolute: settings['session-hours'] * 60 * MINUTE };
  };
  const credentials = credentialReader(records, clock);
  const limiter = createLimiter(secret, { records, clock });
  const outbox = (effect: Effect) => outboxDocuments(effect, world);
  const telling = { limiter, credentials, outbox };
  const sessions = createSessions({
    ...{ clock, random, records, store, cookies, limits },
    told: account => safetyNotice('session-ended', account, telling),
    fhirUserOf: signedInUser(standing, rules),
    grants: parts.grants,
  });
  const hashing = createHashing();
  const audit = accountAudit(parts.audit, world);
  const writer = accountWriter(parts);
  const serves = new Map(config.identityProviders.map(({ key, serves: kinds }) => [key, kinds]));
  const policy = createCredentialPolicy(configuration, methods, serves);
  const apps = createAuthenticatorApps(secret, { clock, random });
  const factors: FirstFactorParts = {
    ...{ clock, credentials, limiter, sessions, store, audit, fhirUserOf: inUse, ...rules },
    dormantDays: async () => (await configuration())['dormant-days'],
    ...{ outbox, apps, browsers: createKnownBrowsers(records, clock, browserOf) },
    codes: createOneTimeCodes(secret, { records, clock, random }),
    pending: createPendingSignIns({ records, cookies, clock, random }),
  };
  const { codes } = factors;
  const passkeys = {
    challenges: createChallenges({ records, clock, random }),
    relyingParty: relyingPartyOf(config.url),
  };
  const security = createAccountSecurity(sessions, parts.grants, outbox);
  const placeNames = async () => placeNamesOf(await configuration());
  return {
    ...{ cookies, forms, browserOf, methods, rules, inUse, credentials, limiter, outbox, telling, sessions, hashing },
    ...{ audit, writer, policy, apps, factors, codes, passkeys, security, placeNames },
  };
}

function workersOf(parts: IdentityParts, shared: SharedParts): Pick<Identity, 'requests' | 'comingOfAge'> {
  const { config, world, configuration } = parts;
  const { records } = parts.stores;
  const { clock } = world;
  const { writer, credentials, policy, limiter, codes, inUse } = shared;
  const answering = {
    ...{ ...world, records, writer, credentials, policy, limiter, codes, fhirUserOf: inUse, settings: configuration },
    ...{ lasts: config.invitationDays * DAY, portalUrl: config.portalUrl },
  };
  const requests = createBackgroundWorker(() => answerRequests(answering), {
    full: REQUESTS_AT_ONCE,
    interval: LOOKING,
    report: error => parts.log.error('account requests', error),
  });
  const comingOfAge = createBackgroundWorker(() => comeOfAge({ records, writer, clock, settings: configuration }), {
    full: RELATIONS_AT_ONCE,
    interval: BIRTHDAYS,
    report: error => parts.log.error('coming of age', error),
  });
  return { requests, comingOfAge };
}

function pagesOf(parts: IdentityParts, shared: SharedParts): Identity['pages'] {
  const { config, world, configuration } = parts;
  const { records, store } = parts.stores;
  const { clock, random } = world;
  const { cookies, forms, browserOf, methods, rules, credentials, limiter, outbox, sessions, hashing } = shared;
  const { audit, writer, policy, apps, factors, codes, passkeys, security, placeNames } = shared;
  const entering = {
    ...{ ...world, writer, records, credentials, hashing, limiter, policy },
    holderOf: (identity: NewIdentity) => holderOf(identity, { reader: writer.reader, methods, store }),
    settings: configuration,
  };
  const recovery = {
    ...{ ...world, records, store, credentials, policy, limiter, codes, hashing, security },
    placeNames,
  };
  const changing = {
    ...{ clock, random, store, writer, credentials, policy, hashing, limiter, codes },
    ...{ sessions, security, outbox, placeNames, apps, audit, ...rules, methods, ...passkeys },
  };
  const signing = { hashing, credentials, policy, methods, factors, apps, random, security, placeNames, ...passkeys };
  const external = identityProviders({
    ...{ ...changing, config, outbound: parts.outbound, cookies, records, log: parts.log, factors },
    reader: writer.reader,
    enterExternally: (visitor, entrance, given, identity) =>
      enterExternally(visitor, entrance, given, identity, entering),
    askLink: (visitor, unlinked) => askLink(visitor, unlinked, recovery),
  });
  const { partition } = endpointThat(parts.model, 'holdsAudit');
  const looking = {
    ...{ reader: serverReader(parts), clock, settings: configuration },
    trail: trailOf(parts.audit.store, partition, clock),
  };
  return {
    forms,
    sessions,
    ...signInPages({ ...signing, browserOf, alarm: createAlarm(records, world) }),
    verifyEntrance: (visitor, entrance, given) => verifyEntrance(visitor, entrance, given, entering),
    enter: (visitor, entrance, given) => enter(visitor, entrance, given, entering),
    ask: (visitor, purpose, typed) => ask(visitor, purpose, typed, recovery),
    askEnrollment: (visitor, facts) => askEnrollment(visitor, facts, recovery),
    mayEnroll: async () => (await configuration())['self-enrollment'] === 'on',
    resetPassword: (visitor, given) => resetPassword(visitor, given, recovery),
    accesses: (signedIn, relation, from) => accessesOf(signedIn, relation, from, looking),
    connected: parts.connected,
    ...relationPageParts({
      ...changing,
      ...world,
      days: config.invitationDays,
      portalUrl: config.portalUrl,
      settings: configuration,
    }),
    timeZone: async () => (await configuration())['time-zone'],
    ...external,
    ...accountSettings({ ...changing, ways: external.ways }, sessions, configuration),
  };
}

function accountWriter(parts: IdentityParts): AccountWriter {
  const { model, world, handling } = parts;
  const outbox: ServerStepParts['outbox'] = effect => outboxDocuments(effect, world);
  const committing = { ...handling, outbox, endpoint: endpointThat(model, 'workflows') };
  return { reader: serverReader(parts), commit: (reason, run) => runAsServer(reason, run, committing) };
}
