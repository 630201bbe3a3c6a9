/** Where people stand with the portal, in words. */
import type { Extension } from 'fhir/r4.js';
import type { PlainKey, PlainTexts } from '../../../texts/words.js';
import type { EnrollmentStatus, NextAction } from '../../../portal/enrollment.js';

const STANDINGS: Readonly<Record<EnrollmentStatus, PlainKey>> = {
  unknown: 'standingUnknown',
  'not-enrolled': 'standingNotEnrolled',
  invited: 'standingInvited',
  'invitation-expired': 'standingInvitationExpired',
  pending: 'standingPending',
  enrolled: 'standingEnrolled',
  'proxy-only': 'standingProxyOnly',
  minor: 'standingMinor',
  inactive: 'standingInactive',
};

const NEXT: Readonly<Record<NextAction, PlainKey>> = {
  invite: 'nextInvite',
  resend: 'nextResend',
  activate: 'nextActivate',
  enroll: 'nextEnroll',
  message: 'nextMessage',
  none: 'nextNone',
};

export const standingIn = (code: string | undefined, words: PlainTexts): string => wordIn(STANDINGS, code, words);
export const nextActionIn = (code: string, words: PlainTexts): string => wordIn(NEXT, code, words);

/** The code itself where there is no word for it. */
function wordIn(keys: Readonly<Record<string, PlainKey>>, code: string | undefined, words: PlainTexts): string {
  const key = code !== undefined && Object.hasOwn(keys, code) ? keys[code] : undefined;
  return key === undefined ? (code ?? '') : words[key];
}

/** The codes of an extension of the portal, by the end of its URL: the base is a setting. */
export const codesOf = (extension: readonly Extension[] = [], name: string): string[] =>
  extension.flatMap(({ url, valueCode }) =>
    url.endsWith(`/StructureDefinition/${name}`) && valueCode !== undefined ? [valueCode] : [],
  );
