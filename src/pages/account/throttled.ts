/** What a form that was refused says, and how. */
import type { Translate } from '../../texts/words.js';

export interface Problem {
  readonly status?: number;
  readonly problem?: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

/** There were too many tries. @param wait milliseconds */
export function throttled(t: Translate, wait: number): Problem {
  const seconds = Math.ceil(wait / 1000);
  return { status: 429, problem: waitIn(t, seconds), retryAfter: seconds };
}

const waitIn = (t: Translate, seconds: number): string =>
  seconds <= 90 ? t('waitSeconds', { count: seconds }) : t('waitMinutes', { count: Math.ceil(seconds / 60) });
