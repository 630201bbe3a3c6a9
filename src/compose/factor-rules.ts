/** Who must have a second factor, as the configuration and the people on record say at this moment. */
import type { CurrentConfiguration } from '../configuration/current.js';
import { mustHaveFactor, type FactorRuleParts } from '../identity/accounts/factor-rule.js';
import type { SignInMethods } from '../identity/accounts/sign-in-method.js';
import { fhirUserOf, rolesOf, type StandingParts } from '../identity/accounts/standing.js';
import { recipientOf } from '../portal/recipient.js';

export function factorRules(
  standing: StandingParts,
  methods: SignInMethods,
  configuration: CurrentConfiguration,
): FactorRuleParts {
  const { reader, clock } = standing;
  return {
    methods,
    settings: configuration,
    rolesOf: account => rolesOf(account, standing),
    async isReachable(account) {
      const at = { now: clock.now(), ages: await configuration() };
      const recipient = await recipientOf({ reference: account }, reader, at);
      return 'contact' in recipient && (recipient.contact.email ?? recipient.contact.phone) !== undefined;
    },
  };
}

/** Who somebody is to apps whose session began in this way: whoever must have a second factor signs in anew with one. */
export const signedInUser =
  (standing: StandingParts, rules: FactorRuleParts) =>
  async (account: string, amr: readonly string[]): Promise<string | undefined> => {
    const user = await fhirUserOf(account, standing);
    const isEnough = user === undefined || amr.includes('mfa') || !(await mustHaveFactor(account, rules));
    return isEnough ? user : undefined;
  };
