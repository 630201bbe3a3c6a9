/** What people do with their accounts, in the audit. Names neither a user name nor an address nor a code. */
import type { World } from '../../fhir/clock.js';
import type { Audit } from '../../service.js';

export type AccountAction = 'sign-in' | 'security-change';

export interface AccountEvent {
  readonly action: AccountAction;
  /** `Person/1`; '' where nobody is meant. */
  readonly account: string;
  readonly isGood: boolean;
}

/** Resolves once the entry is in the log. */
export type AccountAudit = (event: AccountEvent) => Promise<void>;

export const accountAudit =
  (audit: Pick<Audit, 'append'>, { clock, ids }: Pick<World, 'clock' | 'ids'>): AccountAudit =>
  ({ action, account, isGood }) =>
    audit.append({
      ...{ at: clock.now(), request: ids.next(), actor: account, client: '', action, target: '', patients: [] },
      status: isGood ? 200 : 401,
    });
