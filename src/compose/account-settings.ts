/** What the page of an account shows and changes. */
import type { CurrentConfiguration } from '../configuration/current.js';
import {
  changeFactor,
  changePassword,
  closeAccount,
  proposeAddress,
  proveAddress,
  type AccountSettingsParts,
} from '../identity/accounts/account-settings.js';
import { factorAsked } from '../identity/accounts/second-factor.js';
import type { Sessions } from '../identity/sessions/sessions.js';
import type { AccountPageParts } from '../pages/account/account.js';

export function accountSettings(
  parts: AccountSettingsParts,
  sessions: Sessions,
  configuration: CurrentConfiguration,
): Omit<AccountPageParts, 'sessions'> {
  const { credentials, security, store } = parts;
  return {
    async overview({ account }) {
      const settings = await configuration();
      const stored = await credentials.of(account);
      const isMember = account.startsWith('Person/');
      const isOn = stored !== undefined && (await factorAsked(stored.credential, configuration)) !== undefined;
      return {
        ...{ userName: stored?.credential.userName ?? '', address: stored?.credential.address, mayClose: isMember },
        factor: { isOn, may: isMember && settings['second-factor'] === 'optional' },
        timeZone: settings['time-zone'],
      };
    },
    changePassword: (given, next) => changePassword(given, next, parts),
    changeFactor: (given, isOn) => changeFactor(given, isOn, parts),
    proposeAddress: (given, address) => proposeAddress(given, address, parts),
    proveAddress: (signedIn, given) => proveAddress(signedIn, given, parts),
    closeAccount: given => closeAccount(given, parts),
    endSession: async ({ account }, id) => store.commit({ documents: await sessions.ending(account, { only: id }) }),
    signOutEverywhere: async ({ account }) => store.commit({ documents: await security.signedOut(account) }),
  };
}
