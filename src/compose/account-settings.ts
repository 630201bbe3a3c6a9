/** What the page of an account shows and changes. */
import type { CurrentConfiguration } from '../configuration/current.js';
import {
  changePassword,
  closeAccount,
  ownAddress,
  proposeAddress,
  proveAddress,
  type AccountSettingsParts,
} from '../identity/accounts/account-settings.js';
import { listedMethods, removeMethod, type MethodRemovalParts } from '../identity/accounts/method-removal.js';
import {
  changeFactor,
  factorChoices,
  keepOwnPasskey,
  proposeOwnApp,
  proposeOwnPasskey,
  proveOwnApp,
  type FactorSettingsParts,
} from '../identity/accounts/factor-settings.js';
import type { Sessions } from '../identity/sessions/sessions.js';
import type { AccountPageParts } from '../pages/account/account.js';
import type { ExternalPageParts } from '../pages/account/external.js';
import type { WaysParts } from '../pages/account/provider-buttons.js';
import { confirm } from '../identity/accounts/confirm.js';
import { kindOf } from '../identity/accounts/credential-policy.js';

export function accountSettings(
  parts: AccountSettingsParts & FactorSettingsParts & MethodRemovalParts & WaysParts,
  sessions: Sessions,
  configuration: CurrentConfiguration,
): Omit<AccountPageParts, 'sessions' | keyof ExternalPageParts> {
  const { credentials, methods, policy, security, store } = parts;
  return {
    confirm: given => confirm(given, parts),
    async overview({ account }, language) {
      const settings = await configuration();
      const stored = await credentials.of(account);
      const isMember = account.startsWith('Person/');
      return {
        ...{ userName: stored?.credential.userName ?? '', mayClose: isMember },
        address: await ownAddress(account, stored, parts.writer.reader),
        hasPassword: stored !== undefined && (await policy.usable(stored.credential)).password,
        methods: stored ? listedMethods(stored.credential, await methods.of(account)) : [],
        factor: stored ? await factorChoices(stored.credential, parts) : { asked: undefined, mayBe: [] },
        mayAddPasskey: parts.relyingParty !== undefined && (await policy.allowsOwn(kindOf(account))),
        providers: (await parts.ways([kindOf(account)], language)).providers,
        timeZone: settings['time-zone'],
      };
    },
    changePassword: (given, next) => changePassword(given, next, parts),
    changeFactor: (given, to) => changeFactor(given, to, parts),
    proposeApp: given => proposeOwnApp(given, parts),
    proveApp: (given, code) => proveOwnApp(given, code, parts),
    proposePasskey: given => proposeOwnPasskey(given, parts),
    keepPasskey: (given, made) => keepOwnPasskey(given, made, parts),
    proposeAddress: (given, address) => proposeAddress(given, address, parts),
    proveAddress: (signedIn, given) => proveAddress(signedIn, given, parts),
    removeMethod: (given, id) => removeMethod(given, id, parts),
    closeAccount: given => closeAccount(given, parts),
    endSession: async ({ account }, id) => store.commit({ documents: await sessions.ending(account, { only: id }) }),
    signOutEverywhere: async ({ account }) => store.commit({ documents: await security.signedOut(account) }),
  };
}
