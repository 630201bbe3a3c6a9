/** The external issuers of access tokens, and whom they mean. */
import type { Patient, Person } from 'fhir/r4.js';
import { isOwnOpaque } from '../access/opaque.js';
import { hostOf } from '../config/config.js';
import { addressesOf } from '../config/token-issuers.js';
import type { TokenVerifier } from '../access/token.js';
import type { CurrentConfiguration } from '../configuration/current.js';
import { secretHash } from '../fhir/secret.js';
import { externalIssuer } from '../identity/issuers/external-issuer.js';
import { externalTokens } from '../identity/issuers/external-tokens.js';
import { completed, memberOf } from '../identity/issuers/member.js';
import type { TokenFacts } from '../identity/issuers/token-facts.js';
import type { Log } from '../observe/log.js';
import { ownPatient } from '../portal/identity.js';
import { changed, step } from '../portal/step.js';
import { commitOwn, type OwnStepParts } from '../writing/own-step.js';
import { endpointThat } from './model.js';
import { serverReader, type ServerReaderParts } from './server-reader.js';

export interface TokenIssuerParts extends ServerReaderParts {
  readonly configuration: CurrentConfiguration;
  readonly log: Log;
  /** How resources are written; there is none before the server has started. */
  readonly handling: () => OwnStepParts;
}

export interface TokenIssuers {
  readonly verify: TokenVerifier;
  close(): void;
}

/** Kinds of records that a secret of this server's is found in by its hash. */
const SECRETS = ['oauth-RefreshToken', 'oauth-AuthorizationCode'];

export function createTokenIssuers(parts: TokenIssuerParts): TokenIssuers {
  const { config, stores, world, configuration, log } = parts;
  const { clock } = world;
  const reader = serverReader(parts);
  const report = (issuer: string, problem: string): void => log.warn('token issuer', { issuer, problem });
  const { networks } = config.outbound;
  const issuers = config.issuers.map(one =>
    externalIssuer(one, { clock, report, networks, hosts: addressesOf(one).map(hostOf) }),
  );
  const accountAge = async (): Promise<number> => (await configuration())['account-age'];
  const verify = externalTokens({
    issuers,
    isOurs: async (token, now) => {
      const found = SECRETS.map(kind => stores.records.get(kind, secretHash(token), now));
      return isOwnOpaque(token) || (await Promise.all(found)).some(one => one !== undefined);
    },
    memberOf: number => memberOf(number, { reader, clock, accountAge }),
    complete: (member, facts) =>
      complete(member, facts, parts).catch((error: unknown) => log.error('token issuer', error)),
  });
  return { verify, close: () => issuers.forEach(issuer => issuer.close()) };
}

/** Writes what the record of a member lacks and the issuer says. */
async function complete(member: string, { claims, person }: TokenFacts, parts: TokenIssuerParts): Promise<void> {
  const issuer = parts.config.issuers.find(one => one.issuer === claims.issuer);
  if (!issuer || !person) return;
  const reader = serverReader(parts);
  const portal = endpointThat(parts.model, 'workflows');
  await commitOwn(
    async () => {
      const account = member.startsWith('Person/') ? await reader.get<Person>(member) : undefined;
      const patient = await reader.get<Patient>(account ? (ownPatient(account.resource) ?? '') : member);
      const next = patient && completed(patient.resource, person, issuer, reader.phoneNumber);
      return step({ writes: next ? [changed(patient, next)] : [] });
    },
    'an external issuer completes the record of its member',
    parts.handling(),
    portal,
  );
}
