/** On what basis somebody acts for a patient, and which functions it allows at most. */

const EVERYTHING = [
  ...['read-record', 'read-results', 'read-documents', 'messages', 'appointments'],
  ...['pay', 'consent', 'profile', 'tasks', 'visits'],
] as const;

/** Whoever can decide consents, and says where they are reached, themselves. */
const WITHOUT_DECISIONS = EVERYTHING.filter(name => name !== 'consent' && name !== 'profile');

export const proxyBases = {
  'parent-guardian': EVERYTHING,
  'legal-guardian': EVERYTHING,
  'long-term-incapacity': EVERYTHING,
  // The patient comes back to their own address and preferences.
  'temporary-incapacity': EVERYTHING.filter(name => name !== 'profile'),
  convenience: WITHOUT_DECISIONS,
} as const satisfies Readonly<Record<string, readonly ProxyFunction[]>>;

/** What a proxy may do for a patient: the codes of the code system `proxy-function`. */
export type ProxyFunction = (typeof EVERYTHING)[number];

/** The codes of the code system `proxy-basis`. */
export type ProxyBasis = keyof typeof proxyBases;

export const proxyFunctions: readonly string[] = EVERYTHING;

export const isProxyBasis = (code: string): code is ProxyBasis => Object.hasOwn(proxyBases, code);
