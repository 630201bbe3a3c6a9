/** The parameter `expiresInDays`. */
import { wrongParameter } from './person-parameters.js';

/** Milliseconds. */
export const DAY = 24 * 3600 * 1000;
const MAX_DAYS = 365;

/** Fault `invalid`. */
export function daysOf({ expiresInDays: days }: { expiresInDays?: number }): number | undefined {
  const whole = days === undefined || (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS);
  if (!whole) throw wrongParameter('expiresInDays', `a whole number from 1 to ${MAX_DAYS}`);
  return days;
}
