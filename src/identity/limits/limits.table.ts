/**
 * How often something may be tried, by whom it concerns and by where it comes from. The first tries are free; each further one
 * doubles the wait for the next. No wait is so long that one person could keep another out.
 */

export interface Limit {
  /** Tries without a wait. */
  readonly free: number;
  /** Milliseconds of the first wait, and of the longest. */
  readonly wait: number;
  readonly longest: number;
  /** Milliseconds without a try after which all are forgotten. */
  readonly forgotten: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const limits = {
  /** Wrong passwords of one account. */
  'password-account': { free: 5, wait: 5 * SECOND, longest: 5 * MINUTE, forgotten: HOUR },
  /** Wrong passwords, codes and facts from one network: a clinic's visitors share one. */
  network: { free: 40, wait: 2 * SECOND, longest: 15 * MINUTE, forgotten: HOUR },
  /** Second factors of one account that were wrong. */
  'factor-account': { free: 5, wait: 30 * SECOND, longest: 15 * MINUTE, forgotten: HOUR },
  /** Codes that one account is sent by who has its password. */
  'code-sent': { free: 5, wait: MINUTE, longest: HOUR, forgotten: 24 * HOUR },
  /** E-mails that anybody may have sent to one account or address: three in an hour, and not ten in a day. */
  'recovery-sent': { free: 3, wait: HOUR, longest: 4 * HOUR, forgotten: 24 * HOUR },
  /** Notices of one kind to one account that somebody may have misused it. */
  'safety-told': { free: 1, wait: HOUR, longest: 24 * HOUR, forgotten: 24 * HOUR },
  /** Sign-ins at identity providers from one network that did not come back. */
  'external-network': { free: 40, wait: 2 * SECOND, longest: 15 * MINUTE, forgotten: HOUR },
  /** Requests for e-mails from one network. */
  'code-network': { free: 20, wait: MINUTE, longest: HOUR, forgotten: 6 * HOUR },
  /** Apps that register themselves, from one network. */
  'registration-network': { free: 30, wait: MINUTE, longest: HOUR, forgotten: 6 * HOUR },
} as const satisfies Readonly<Record<string, Limit>>;

export type LimitName = keyof typeof limits;
