/** Looks into the requests that wait: finds the accounts that are meant, and sends codes, user names, or a new activation. */
import type { Patient, Person, Practitioner } from 'fhir/r4.js';
import { defined } from '../../fhir/defined.js';
import { emailForm } from '../../fhir/email-address.js';
import { Fault } from '../../fhir/fault.js';
import { activationOf } from '../../portal/activation.js';
import { activationRecord, isPending, readActivation } from '../../portal/account-standing.js';
import { byAddress } from '../../portal/candidates.js';
import { accountsOf, type Facts } from '../../portal/identity.js';
import { combined, step, type Step } from '../../portal/step.js';
import type { Limiter } from '../limits/limiter.js';
import type { Document, DocumentChange, Records } from '../../store/port.js';
import { accountNotice, codeNotice } from './account-notice.js';
import { requestOf, REQUESTS, type AccountRequest } from './account-request.js';
import { isShut, kindOf, type CredentialPolicy } from './credential-policy.js';
import type { Credential, CredentialReader } from './credential.js';
import { enrollByFacts, type SelfEnrollmentParts } from './self-enrollment.js';
import type { CodePurpose, OneTimeCodes } from './one-time-code.js';

export interface AccountRequestParts extends SelfEnrollmentParts {
  readonly credentials: CredentialReader;
  readonly policy: CredentialPolicy;
  readonly limiter: Pick<Limiter, 'take'>;
  readonly codes: Pick<OneTimeCodes, 'issue'>;
  readonly fhirUserOf: (account: string) => Promise<string | undefined>;
}

/** Accounts at one address: a household. Those of an institution's address are nobody's in particular. */
const MOST = 20;

/** What comes of a request, as a step. */
export async function answerRequest(request: AccountRequest, parts: AccountRequestParts): Promise<Step> {
  const { purpose, text, facts } = request;
  if (purpose === 'link') return linkCode(request, parts);
  if (facts) return enrollmentOf(facts, parts);
  const named = purpose === 'password' ? await parts.credentials.byUserName(text) : undefined;
  if (named) {
    return (await mayReset(named.credential, parts))
      ? passwordCode(request, named.credential, parts)
      : decoy(request, parts);
  }
  const email = emailForm(text);
  if (email === undefined) return decoy(request, parts);
  const accounts = await accountsAt(email, parts).catch(tooMany);
  const known = await withPassword(accounts, parts);
  const [first] = known;
  if (!first) return activations(await waiting(accounts, parts), parts);
  return purpose === 'password' && known.length === 1
    ? passwordCode(request, first, parts)
    : userNames(known, first.account, email);
}

async function mayReset(
  credential: Credential,
  { policy, fhirUserOf }: Pick<AccountRequestParts, 'policy' | 'fhirUserOf'>,
): Promise<boolean> {
  return (await policy.usable(credential)).password && (await fhirUserOf(credential.account)) !== undefined;
}

/** The credentials of those accounts that have a password to sign in with. */
async function withPassword(accounts: readonly string[], { credentials, policy }: AccountRequestParts) {
  const found = await Promise.all(
    accounts.map(async account => {
      const stored = await credentials.of(account);
      return stored && (await policy.usable(stored.credential)).password ? [stored.credential] : [];
    }),
  );
  return found.flat();
}

/** The accounts that may get a password, and those that nothing signs in to. */
async function waiting(accounts: readonly string[], { credentials, policy }: AccountRequestParts): Promise<string[]> {
  const waits = await Promise.all(
    accounts.map(async account => {
      const stored = await credentials.of(account);
      return (await policy.allowsOwn(kindOf(account))) || !stored || isShut(await policy.usable(stored.credential));
    }),
  );
  return accounts.filter((_, at) => waits[at]);
}

/** A member who enrolls again is told the user name, or sent the way in. */
async function enrollmentOf(facts: Facts, parts: AccountRequestParts): Promise<Step> {
  if ((await parts.settings())['self-enrollment'] !== 'on') return step({});
  const outcome = await enrollByFacts(facts, parts);
  if ('step' in outcome) return outcome.step;
  const accounts = [outcome.account];
  const known = await withPassword(accounts, parts);
  if (known.length > 0) return userNames(known, outcome.account, facts.email ?? '');
  return activations(await waiting(accounts, parts), parts);
}

/**
 * An external identity of somebody known: a code goes to the contact on record, or the way into an account that nothing signs in
 * to. Nobody is linked by what a provider says.
 */
async function linkCode(request: AccountRequest, parts: AccountRequestParts): Promise<Step> {
  const { browser } = request;
  const outcome = await meantBy(request, parts);
  if ('step' in outcome) return combined(outcome.step, decoy(request, parts, 'link'));
  const { account } = outcome;
  const tried = { limit: 'recovery-sent', of: `link ${account}` } as const;
  if ((await parts.limiter.take([tried])) !== undefined) return decoy(request, parts, 'link');
  const stored = await parts.credentials.of(account);
  if (!stored || isShut(await parts.policy.usable(stored.credential))) {
    return combined(await activations([account], parts), decoy(request, parts, 'link'));
  }
  const issued = parts.codes.issue('link', browser, { account });
  const { address } = stored.credential;
  return step({ documents: [issued.change], effects: [codeNotice({ event: 'link-code', account, address }, issued)] });
}

/** The account of a member by facts, or of staff by an address on record; or a step that enrolls. */
async function meantBy(
  { facts = {}, serves = [] }: AccountRequest,
  parts: AccountRequestParts,
): Promise<{ readonly account: string } | { readonly step: Step }> {
  const { phone, ...others } = facts;
  const stated = { ...others, ...defined({ phone: phone && parts.writer.reader.phoneNumber(phone) }) };
  const outcome = serves.includes('members') ? await enrollByFacts(stated, parts) : { step: step({}) };
  const isMeant = 'account' in outcome && (await mayBeSignedIn(outcome.account, parts));
  if (isMeant || ('step' in outcome && outcome.step.writes.length > 0)) return outcome;
  const [staff, another] = serves.includes('staff') ? await staffAt(facts.email, parts) : [];
  return staff !== undefined && another === undefined ? { account: staff } : { step: step({}) };
}

/** In use, or waiting for its activation. */
async function mayBeSignedIn(
  account: string,
  { writer: { reader }, fhirUserOf }: AccountRequestParts,
): Promise<boolean> {
  if ((await fhirUserOf(account)) !== undefined) return true;
  const person = (await reader.get<Person>(account))?.resource;
  return person?.resourceType === 'Person' && isPending(person, reader.own);
}

async function staffAt(email: string | undefined, parts: AccountRequestParts): Promise<string[]> {
  if (email === undefined) return [];
  const accounts = await accountsAt(email, parts).catch(tooMany);
  return accounts.filter(account => kindOf(account) === 'staff');
}

/** An address of so many is that of an institution. */
function tooMany(error: unknown): string[] {
  if (error instanceof Fault && error.kind === 'too-costly') return [];
  throw error;
}

/** As costly as a code, and good for nothing. */
const decoy = ({ browser }: AccountRequest, { codes }: AccountRequestParts, purpose: CodePurpose = 'password'): Step =>
  step({ documents: [codes.issue(purpose, browser, {}).change] });

function passwordCode({ browser }: AccountRequest, { account, address }: Credential, parts: AccountRequestParts): Step {
  const issued = parts.codes.issue('password', browser, { account });
  return step({
    documents: [issued.change],
    effects: [codeNotice({ event: 'password-code', account, address }, issued)],
  });
}

/** To the address that was given: it is one of theirs. */
function userNames(known: readonly Credential[], account: string, address: string): Step {
  const names = known.flatMap(({ userName }) => userName ?? []).join(', ');
  return step({ effects: [accountNotice({ event: 'user-name', account, address, parameters: { names } })] });
}

/** Accounts without credentials get into use by an activation. */
async function activations(accounts: readonly string[], parts: AccountRequestParts): Promise<Step> {
  const { reader } = parts.writer;
  const documents: Step['documents'] = [];
  const effects: Step['effects'][number][] = [];
  for (const account of accounts) {
    const { notice, code, until } = activationOf({ ...parts, given: undefined }, parts);
    documents.push(activationRecord(account, code, until, await readActivation(account, reader)));
    const { event, parameters, expires } = notice;
    effects.push(accountNotice({ event, account, parameters, ...defined({ expires }) }));
  }
  return step({ documents, effects });
}

/** The accounts, in use or waiting, that this address is known for. */
async function accountsAt(email: string, parts: AccountRequestParts): Promise<string[]> {
  const { reader } = parts.writer;
  const query = byAddress({ identifiers: [], names: [], addresses: [email] }) ?? [];
  const patients = await reader.find<Patient>('Patient', query, MOST);
  const linked = await Promise.all(patients.map(({ resource }) => accountsOf(`Patient/${resource.id}`, reader)));
  const persons = [...linked.flat(), ...(await reader.find<Person>('Person', query, MOST))];
  const staff = await reader.find<Practitioner>('Practitioner', query, MOST);
  const proved = await parts.credentials.byAddress(email);
  const waiting = persons
    .filter(({ resource }) => isPending(resource, reader.own))
    .map(({ resource }) => nameOf(resource));
  const others = [...persons, ...staff].map(({ resource }) => nameOf(resource));
  const named = [...new Set([...others, ...proved.map(({ credential }) => credential.account)])];
  const users = await Promise.all(named.map(account => parts.fhirUserOf(account)));
  return named.filter((account, at) => users[at] !== undefined || waiting.includes(account));
}

const nameOf = ({ resourceType, id }: { resourceType: string; id?: string | undefined }): string =>
  `${resourceType}/${id ?? ''}`;

/** Leases of a request: longer than it takes. Milliseconds. */
const LEASE = 60_000;
export const REQUESTS_AT_ONCE = 20;

/** One round of the work: answers the requests that are due, and resolves with their number. */
export async function answerRequests({
  records,
  ...parts
}: AccountRequestParts & { readonly records: Pick<Records, 'lease'> }): Promise<number> {
  const now = parts.clock.now();
  const leased = await records.lease(REQUESTS, now, now + LEASE, REQUESTS_AT_ONCE);
  for (const document of leased) {
    await parts.writer.commit<undefined>('account request', async () => {
      const answer = await answerRequest(requestOf(document), parts);
      return { step: combined(answer, step({ documents: [removalOf(document)] })), value: undefined };
    });
  }
  return leased.length;
}

/** Whoever is late finds it gone. */
const removalOf = ({ kind, id }: Document): DocumentChange => ({ op: 'delete', kind, id });
