/**
 * What a person changes about their own account. Whatever decides on who gets in asks for the password once more, ends what was
 * granted before, and is told to the person.
 */
import type { Person } from 'fhir/r4.js';
import type { Random } from '../../fhir/clock.js';
import { emailForm } from '../../fhir/email-address.js';
import { newSecret } from '../../fhir/secret.js';
import { accountWorkflow } from '../../portal/account-workflow.js';
import { contactOnRecord } from '../../portal/contact.js';
import type { Effect } from '../../portal/effect.js';
import type { NoticeEvent } from '../../portal/notice-kinds.table.js';
import { accountRecipient } from '../../portal/recipient.js';
import { changed, step } from '../../portal/step.js';
import { move, SERVER } from '../../portal/workflow.js';
import type { DocumentChange, Store } from '../../store/port.js';
import type { SignedIn } from '../sessions/session.js';
import type { Sessions } from '../sessions/sessions.js';
import { accountNotice, codeNotice } from './account-notice.js';
import type { AccountSecurity } from './account-security.js';
import type { AccountWriter } from './account-writer.js';
import { confirm, unlessRaced, type Confirmed, type ConfirmParts, type SettingRefusal } from './confirm.js';
import { kindOf } from './credential-policy.js';
import { changedCredential, type StoredCredential } from './credential.js';
import type { OneTimeCodes } from './one-time-code.js';
import { faultOfPassword, type PasswordFault } from './password-rules.js';

export interface AccountSettingsParts extends ConfirmParts {
  readonly random: Random;
  readonly store: Pick<Store, 'commit'>;
  readonly writer: AccountWriter;
  readonly codes: OneTimeCodes;
  readonly sessions: Pick<Sessions, 'open'>;
  readonly security: AccountSecurity;
  readonly outbox: (effect: Effect) => DocumentChange[];
  readonly placeNames: () => Promise<readonly string[]>;
}

export type PasswordOutcome =
  | { readonly kind: 'done'; readonly cookie: string }
  | { readonly kind: 'choose'; readonly fault: PasswordFault }
  | SettingRefusal;

/** A new password: this browser stays signed in under a new name, everybody and everything else is signed out. */
export async function changePassword(
  given: Confirmed,
  next: string,
  parts: AccountSettingsParts,
): Promise<PasswordOutcome> {
  const stored = await confirm(given, parts);
  if ('kind' in stored) return stored;
  const { account, userName, address } = stored.credential;
  if (userName === undefined || !(await parts.policy.allowsOwn(kindOf(account)))) return { kind: 'closed' };
  const fault = faultOfPassword(next, [userName, ...(await parts.placeNames())]);
  if (fault) return { kind: 'choose', fault };
  const password = await parts.hashing.hash(next);
  const changes = [
    changedCredential(stored, { password, changedAt: parts.clock.now() }),
    ...(await parts.security.signedOut(account, given.visitor)),
    ...parts.security.told({ event: 'password-changed', account, address }),
  ];
  const { amr } = given.signedIn;
  return unlessRaced(async () => ({
    kind: 'done',
    cookie: await parts.sessions.open(given.visitor, { account, amr }, changes),
  }));
}

export type AddressOutcome =
  /** `browser` goes with the form for the code. */
  { readonly kind: 'sent'; readonly browser: string } | { readonly kind: 'no-address' } | SettingRefusal;

/** Sends a code to the address that is to be the account's. */
export async function proposeAddress(
  given: Confirmed,
  text: string,
  parts: AccountSettingsParts,
): Promise<AddressOutcome> {
  const stored = await confirm(given, parts);
  if ('kind' in stored) return stored;
  const address = emailForm(text.trim());
  if (address === undefined) return { kind: 'no-address' };
  const { account } = stored.credential;
  const wait = await parts.limiter.take([
    { limit: 'code-sent', of: `address ${account}` },
    { limit: 'recovery-sent', of: `address ${address}` },
  ]);
  if (wait !== undefined) return { kind: 'wait', wait };
  const browser = newSecret(parts.random);
  const issued = parts.codes.issue('address', browser, { account, address });
  const notice = codeNotice({ event: 'address-code', account, address }, issued);
  await parts.store.commit({ documents: [issued.change, ...parts.outbox(notice)] });
  return { kind: 'sent', browser };
}

/** The address is the account's once its code has come back; the one before is told. */
export async function proveAddress(
  { account }: SignedIn,
  { browser, code }: { readonly browser: string; readonly code: string },
  parts: AccountSettingsParts,
): Promise<{ readonly kind: 'done' | 'wrong' }> {
  const { codes, credentials, writer } = parts;
  const proved = await codes.verify('address', browser, code);
  if (proved?.account !== account || proved.address === undefined) return { kind: 'wrong' };
  const { address, used } = proved;
  return writer.commit<{ kind: 'done' | 'wrong' }>('change of the address of an account', async () => {
    const stored = await credentials.of(account);
    if (!stored || !(await codes.verify('address', browser, code))) return { step: step({}), value: { kind: 'wrong' } };
    const before = await addressNow(stored, writer.reader);
    const person = account.startsWith('Person/') ? await writer.reader.get<Person>(account) : undefined;
    const telecom = [{ system: 'email' as const, value: address }];
    return {
      step: step({
        writes: person ? [changed(person, { ...person.resource, telecom })] : [],
        documents: [used, changedCredential(stored, { address })],
        effects: told('address-changed', account, before),
      }),
      value: { kind: 'done' },
    };
  });
}

/** Closes the account of a member, who is told at the address that it had. */
export async function closeAccount(
  given: Confirmed,
  parts: AccountSettingsParts,
): Promise<{ readonly kind: 'done' } | SettingRefusal> {
  const stored = await confirm(given, parts);
  if ('kind' in stored) return stored;
  const { account } = stored.credential;
  const { writer, clock } = parts;
  const { reader } = writer;
  return writer.commit<{ kind: 'done' } | SettingRefusal>('an account closed by its person', async () => {
    const person = await reader.get<Person>(account);
    if (!person || person.resource.active === false) return { step: step({}), value: { kind: 'conflict' } };
    const moving = { by: SERVER, now: clock.now(), all: reader, input: {} };
    const { resource } = await move(accountWorkflow(reader.own), 'withdraw', person.resource, moving);
    const effects = told('account-closed', account, await addressNow(stored, reader));
    return { step: step({ writes: [changed(person, resource)], effects }), value: { kind: 'done' } };
  });
}

/** The e-mail address for signing in that is the account's own; undefined: codes go to that of the record. */
export async function ownAddress(
  account: string,
  stored: StoredCredential | undefined,
  reader: AccountWriter['reader'],
): Promise<string | undefined> {
  const person = account.startsWith('Person/') ? await reader.get<Person>(account) : undefined;
  return stored?.credential.address ?? contactOnRecord(person?.resource.telecom, reader.phoneNumber).email;
}

/** The e-mail address that the account is reached at, before it changes. */
async function addressNow(
  { credential: { account, address } }: StoredCredential,
  reader: AccountWriter['reader'],
): Promise<string | undefined> {
  if (address !== undefined) return address;
  const recipient = await accountRecipient(account, reader);
  return 'contact' in recipient ? recipient.contact.email : undefined;
}

const told = (event: NoticeEvent, account: string, address: string | undefined): Effect[] =>
  address === undefined ? [] : [accountNotice({ event, account, address })];
