/**
 * Who needs a second factor, and which one a sign-in asks for. The organization decides whether members may have one, choose,
 * or need one, and which roles of staff need one; all other staff choose.
 */
import type { Credential, FactorKind } from './credential.js';
import type { SignInMethods } from './sign-in-method.js';

export interface FactorRuleParts {
  readonly methods: Pick<SignInMethods, 'of'>;
  /** Codes of the roles of a Practitioner that are in force. */
  readonly rolesOf: (account: string) => Promise<ReadonlySet<string>>;
  /** Whether a code can be sent to the contact on record. */
  readonly isReachable: (account: string) => Promise<boolean>;
  readonly settings: () => Promise<{
    readonly 'second-factor': string;
    readonly 'second-factor-role': readonly string[];
  }>;
}

const isStaff = (account: string): boolean => account.startsWith('Practitioner/');

export async function mustHaveFactor(
  account: string,
  { settings, rolesOf }: Pick<FactorRuleParts, 'settings' | 'rolesOf'>,
): Promise<boolean> {
  const { 'second-factor': rule, 'second-factor-role': needing } = await settings();
  if (!isStaff(account)) return rule === 'required';
  const roles = await rolesOf(account);
  return needing.some(role => roles.has(role));
}

export async function mayHaveFactor(
  account: string,
  { settings }: Pick<FactorRuleParts, 'settings'>,
): Promise<boolean> {
  return isStaff(account) || (await settings())['second-factor'] !== 'off';
}

/** `set-up`: one must be there, and there is none. */
export type FactorAsked = FactorKind | 'set-up';

/** Which second factor a sign-in asks for; undefined: none. */
export async function factorAsked(
  { account, factor, address }: Credential,
  parts: FactorRuleParts,
): Promise<FactorAsked | undefined> {
  if (!(await mayHaveFactor(account, parts))) return undefined;
  const isAsked = factor !== undefined || (await mustHaveFactor(account, parts));
  if (!isAsked) return undefined;
  if (factor === 'app' || factor === 'passkey') return factor;
  if (address !== undefined || (await parts.isReachable(account))) return 'code';
  return (await hasPasskey(account, parts)) ? 'passkey' : 'set-up';
}

/** Which second factor a sign-in that is under way asks for: one that was asked for in any case is the person's own, or a code. */
export const factorDue = async (credential: Credential, parts: FactorRuleParts): Promise<FactorAsked> =>
  (await factorAsked(credential, parts)) ?? credential.factor ?? 'code';

/** Whether the account has a passkey that opens it. */
export async function hasPasskey(account: string, { methods }: Pick<FactorRuleParts, 'methods'>): Promise<boolean> {
  return (await methods.of(account)).some(({ method }) => method.kind === 'passkey' && method.isCopied !== true);
}
