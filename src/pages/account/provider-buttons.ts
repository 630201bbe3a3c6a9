/** The identity providers that a page offers, each as a button that leads to it. */
import type { AccountKind } from '../../identity/accounts/credential-policy.js';
import { html, type Html } from '../html.js';
import { hidden } from './fields.js';
import type { Visit } from './visit.js';

/** How accounts of some kinds are signed in to at this moment. */
export interface Ways {
  /** By credentials of their own. */
  readonly own: boolean;
  readonly providers: readonly OfferedProvider[];
}

export interface OfferedProvider {
  readonly key: string;
  /** Its name in the language of the page. */
  readonly name: string;
}

export interface WaysParts {
  /** Of accounts of one of these kinds. @param language BCP 47 */
  readonly ways: (kinds: readonly AccountKind[], language: string) => Promise<Ways>;
}

export const EVERYBODY: readonly AccountKind[] = ['members', 'staff'];

/** The address that forms send to go to a provider. */
export const EXTERNAL = '/external';

/** The page for an identity that signs in to no account yet, and the one that connects it. */
export const UNLINKED = `${EXTERNAL}/unlinked`;
export const CONNECT = `${EXTERNAL}/connect`;

/** What a button does: the name of its text, where its form leads, and the fields that go with it. */
export interface ButtonUse {
  readonly label: 'withProvider' | 'useProvider' | 'addProvider' | 'confirmWith';
  readonly action?: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** In each form too. @param at of its button in the list */
  readonly content?: (at: number) => Html | false;
}

export const providerButtons = (
  { t, form }: Visit,
  providers: readonly OfferedProvider[],
  { label, action = EXTERNAL, fields = {}, content = () => false }: ButtonUse,
): Html =>
  html`${providers.map(({ key, name }, at) =>
    form(
      action,
      html`${hidden('provider', key)} ${Object.entries(fields).map(([field, value]) => hidden(field, value))}
        ${content(at)} <button type="submit" class="quiet">${t(label, { name })}</button>`,
    ),
  )}`;
