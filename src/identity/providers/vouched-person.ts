/** Who a provider vouches for, by the configured claims: an identity, facts about the person, and how they were recognized. */
import { createHash } from 'node:crypto';
import type { IdentityProviderConfig } from '../../config/identity-providers.js';
import { defined } from '../../fhir/defined.js';
import { emailForm } from '../../fhir/email-address.js';
import type { Facts } from '../../portal/identity.js';
import type { NewIdentity } from '../accounts/first-credential.js';
import { ProviderError } from './provider-error.js';
import type { Vouched } from './relying-party.js';

export interface VouchedPerson {
  readonly identity: NewIdentity;
  /** What the provider says about them: a help to find a record, and proof of nothing. */
  readonly facts: Facts;
  /** How they proved who they are. https://www.rfc-editor.org/rfc/rfc8176 */
  readonly amr: readonly string[];
  /** Whether that has a second factor, as configured. */
  readonly hasSecondFactor: boolean;
  /** When they did, where the provider says so: milliseconds since the epoch. */
  readonly authTime: number | undefined;
}

/** Characters of a claim's value. */
const LONGEST = 255;

/** @param name what the person calls the provider. Throws ProviderError where the claim that says who it is is missing. */
export function vouchedPerson(
  { key, issuer, claims: names, secondFactor }: IdentityProviderConfig,
  { claims, amr, acr, authTime }: Vouched,
  name: string,
): VouchedPerson {
  const textOf = (name: string | undefined): string | undefined => {
    const value = name === undefined ? undefined : claims[name];
    const text = typeof value === 'number' ? String(value) : value;
    return typeof text === 'string' && text.trim() !== '' && text.length <= LONGEST ? text.trim() : undefined;
  };
  const id = textOf(names.id);
  if (id === undefined) throw new ProviderError('untrusted', 'no subject');
  const subject = createHash('sha256')
    .update(JSON.stringify([issuer, names.id, id]))
    .digest('hex');
  const recordNumber = textOf(names.recordNumber?.claim);
  const facts = defined({
    ...{ family: textOf(names.family), given: textOf(names.given), phone: textOf(names.phone) },
    birthDate: dateOf(textOf(names.birthDate)),
    email: emailForm(textOf(names.email) ?? ''),
    identifier:
      recordNumber === undefined ? undefined : { system: names.recordNumber?.system ?? '', value: recordNumber },
  });
  const hasSecondFactor =
    amr.some(method => secondFactor.amr.includes(method)) || (acr !== undefined && secondFactor.acr.includes(acr));
  return { identity: { provider: key, issuer, subject, name }, facts, amr, hasSecondFactor, authTime };
}

/** A whole date; OpenID Connect also allows a year alone, and 0000 for one that is not told. */
const dateOf = (text: string | undefined): string | undefined =>
  text !== undefined && /^(?!0000)\d{4}-\d{2}-\d{2}$/.test(text) ? text : undefined;
