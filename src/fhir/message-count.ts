/**
 * How a message counts in the organization's figures: by whom it names, its kind and its direction. A message that names no
 * provider, as one in the name of a group alone, is not countable (meaningful use).
 */

export interface MessageCount {
  readonly direction: 'from-patient' | 'to-patient';
  /** Of message-category; `other` for none of these. */
  readonly kind: string;
  /** Clinical groups and facilities named as sender or recipient: `Organization/1`, sorted. */
  readonly groups: readonly string[];
  /** Practitioners and roles named as sender or recipient, sorted. */
  readonly providers: readonly string[];
}

export const KINDS: readonly string[] = ['general', 'medical', 'billing'];

const PATIENT_SIDE = /^(Patient|RelatedPerson|Person)\//;
const GROUP = /^(Organization|HealthcareService)\//;
const PROVIDER = /^(Practitioner|PractitionerRole)\//;

/** @param parties the sender first, as local references */
export function messageCount(sender: string, recipients: readonly string[], kind: string | undefined): MessageCount {
  const parties = [...new Set([sender, ...recipients])].toSorted();
  return {
    direction: PATIENT_SIDE.test(sender) ? 'from-patient' : 'to-patient',
    kind: kind ?? 'other',
    groups: parties.filter(one => GROUP.test(one)),
    providers: parties.filter(one => PROVIDER.test(one)),
  };
}

export const isCountable = ({ providers }: Pick<MessageCount, 'providers'>): boolean => providers.length > 0;

/** What the postings begin with by which stores count messages (Store.tally). */
export const COUNTED = 'Communication|~counted|';

/** One posting holds all by which messages are told apart, so that one walk counts them. */
export const countPosting = ({ direction, kind, groups, providers }: MessageCount): string =>
  `${COUNTED}${[direction, kind, groups.join(), providers.join()].join('|')}`;

export function countIn(posting: string): MessageCount {
  const [direction = '', kind = '', groups = '', providers = ''] = posting.slice(COUNTED.length).split('|');
  const list = (text: string): string[] => (text === '' ? [] : text.split(','));
  return {
    direction: direction as MessageCount['direction'],
    kind,
    groups: list(groups),
    providers: list(providers),
  };
}
