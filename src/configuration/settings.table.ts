/**
 * Every setting that administrators change while the portal runs. The profile of the configuration resource, its
 * documentation and the typed value that code reads are made of this table. Settings that a deployment must not change
 * while it runs are in config/settings.ts.
 */
import { languageTag } from '../fhir/language-tag.js';
import { proxyFunctions } from '../fhir/proxy-basis.table.js';
import { staffRoles } from '../fhir/staff-roles.js';
import { contrast, LEGIBLE } from './color.js';
import { iconOf } from './icon.js';
import { address, codes, code, count, file, flag, text, type Setting } from './setting.js';

/** Of buttons' texts, and of texts. */
const WHITE = '#ffffff';
const INK = '#556164';

const usualTag = (tag: string): string | undefined =>
  languageTag(tag) === tag ? undefined : 'a language tag (BCP 47) in its usual form, as en or ar-SA';

const timeZone = (zone: string): string | undefined => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return undefined;
  } catch {
    return 'a time zone (IANA), as Europe/Berlin';
  }
};

const line = (most: number) => (value: string) =>
  value.length <= most && !/[\p{Cc}\u2028\u2029]/u.test(value) ? undefined : `one line of at most ${most} characters`;

const telephone = (number: string): string | undefined =>
  /^\+?[\d ().\/-]{3,40}$/.test(number) ? undefined : 'a telephone number, as people dial it';

/** Types whose files run in browsers. */
const RUNS = /html|svg|javascript|ecmascript|xslt/;

const mediaType = (type: string): string | undefined =>
  /^(?:application|audio|image|text|video)\/[a-z0-9][a-z0-9.+-]{0,99}$/.test(type) && !RUNS.test(type)
    ? undefined
    : 'a media type without parameters, as application/pdf, whose files do not run in browsers';

const between = (least: number, most: number) => (value: number) =>
  value >= least && value <= most ? undefined : `a number from ${least} to ${most}`;

const webPage = (page: string): string | undefined =>
  URL.canParse(page) && new URL(page).protocol === 'https:' ? undefined : 'an https address';

/** The categories of profile patient-entered-observation. */
const MEASURED: readonly string[] = ['vital-signs', 'activity', 'survey'];

export const settings = {
  'organization-title': text({
    about: 'Name of the health organization, as people know it.',
    wrong: line(100),
  }),
  'application-title': text({ about: 'Name of the portal, as people know it.', wrong: line(100) }),
  'help-telephone': text({
    about: 'Telephone number of the help desk, as people dial it.',
    wrong: telephone,
  }),
  'help-page': address({ about: 'Page with help for patients.', wrong: webPage }),
  'postal-address': text({ about: 'Postal address of the organization, in one line.', wrong: line(300) }),
  icon: file({
    about: 'Icon of the organization, in place of the mark: a PNG, or an SVG of shapes alone, of at most 64 kB.',
    wrong: attachment => (iconOf(attachment) ? undefined : 'a PNG, or an SVG of shapes alone, of at most 64 kB'),
  }),
  'accent-color': code('#17595a', {
    about: 'Color of links and buttons. White text on it, and it on white, is legible (WCAG 2.2 AA).',
    wrong: color =>
      contrast(color, WHITE) >= LEGIBLE ? undefined : 'a color as #17595a, with a contrast of 4.5 to white',
  }),
  'paper-color': code('#faf8f4', {
    about: 'Color behind the texts of pages. Texts and the accent color are legible on it (WCAG 2.2 AA).',
    wrong: color =>
      contrast(color, INK) >= LEGIBLE ? undefined : 'a light color as #faf8f4, on which dark text is legible',
  }),
  'time-zone': code('UTC', { about: 'Time zone of the dates and hours that people read.', wrong: timeZone }),

  language: codes(['en', 'ar'], {
    about: 'A language that people may choose; may be given several times.',
    wrong: usualTag,
  }),
  'default-language': code('en', {
    about: 'Language for people whose language is unknown or not enabled. It is enabled itself.',
    wrong: usualTag,
  }),

  'attachment-type': codes(
    [
      ...['application/pdf', 'image/jpeg', 'image/png', 'image/gif', 'image/tiff', 'image/heic', 'image/webp'],
      ...['text/plain', 'text/csv', 'video/mp4', 'audio/mpeg'],
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    ],
    {
      about: 'A media type of files that messages carry and people upload; may be given several times.',
      wrong: mediaType,
    },
  ),
  'attachment-megabytes': count(25, {
    about: 'Megabytes that a file of a message, or one that people upload, may have.',
    wrong: between(1, 1024),
  }),
  'message-megabytes': count(50, {
    about: 'Megabytes that all files of a message may have together.',
    wrong: between(1, 1024),
  }),
  'attachments-of-message': count(10, { about: 'Files that a message may carry.', wrong: between(1, 100) }),
  'message-reason': codes(['appointment', 'prescription', 'test-result', 'referral', 'form', 'billing', 'other'], {
    about: 'A reason that people may give for a message; may be given several times.',
  }),
  'measurement-category': codes(MEASURED, {
    about: 'A category of what patients measure and enter; may be given several times.',
    options: MEASURED,
  }),
  'account-age': count(16, {
    about: "Age in years from which a person has an account of their own; a younger one's proxies act for them.",
    wrong: between(0, 120),
  }),
  'proxy-age': count(18, {
    about: 'Age in years at which parents no longer act for a child, where their relation states no end of its own.',
    wrong: between(0, 120),
  }),
  'adolescent-age': count(18, {
    about: 'Age in years from which parents act for a child in the adolescent functions alone.',
    wrong: between(0, 120),
  }),
  'adolescent-function': codes(['read-record', 'appointments', 'pay', 'profile', 'tasks', 'visits'], {
    about: 'A function in which parents act for a child from the adolescent age on; may be given several times.',
    options: proxyFunctions,
  }),
  'credential-model': code('own', {
    about: 'By what members sign in: credentials of the portal (own), of other identity providers (external), or both.',
    options: ['own', 'external', 'both'],
  }),
  'staff-credential-model': code('own', {
    about: 'By what staff sign in: credentials of the portal (own), of other identity providers (external), or both.',
    options: ['own', 'external', 'both'],
  }),

  'second-factor': code('optional', {
    about: 'Whether members have a second factor: off, optional or required.',
    options: ['off', 'optional', 'required'],
  }),
  'second-factor-role': codes(['workbench-user'], {
    about:
      'A role of staff who must have a second factor; may be given several times. All staff who sign in have workbench-user. Others choose.',
    options: staffRoles,
  }),
  'self-enrollment': code('off', {
    about: 'Whether people whose facts are those of one patient enroll without an invitation: off or on.',
    options: ['off', 'on'],
  }),
  'dormant-days': count(0, {
    about: 'Days without a sign-in after which an account needs a new password, chosen by a code; 0: never.',
    wrong: between(0, 3650),
  }),
  'session-idle-minutes': count(15, {
    about: 'Minutes without use after which a browser is signed out.',
    wrong: between(1, 24 * 60),
  }),
  'session-hours': count(12, {
    about: 'Hours after which a browser is signed out in any case.',
    wrong: between(1, 720),
  }),

  'questions-general': flag(true, { about: 'Patients ask general questions.' }),
  'questions-medical': flag(true, { about: 'Patients ask medical questions.' }),
  'questions-billing': flag(true, { about: 'Patients ask billing questions.' }),
  replies: flag(true, { about: 'Patients reply to messages.' }),
  'provider-messages': flag(true, { about: 'Staff begin conversations with patients.' }),
  'personal-messages': flag(true, {
    about: 'Workbench users begin conversations in their own name, and get the replies in their own inbox.',
  }),
  'group-sender': flag(true, { about: 'Staff write for a clinical group, with no provider named.' }),
  attachments: flag(true, { about: 'Messages carry files.' }),
  documents: flag(true, { about: 'Patients see their documents.' }),
  measurements: flag(true, { about: 'Patients and proxies enter what they measure.' }),
  'update-profile': flag(true, {
    about: 'Patients and proxies change address, e-mail, mobile telephone, language and notices of a record.',
  }),
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settings;

/** Names of the settings that are on or off. */
export type SwitchName = {
  [Name in SettingName]: (typeof settings)[Name] extends Setting<boolean> ? Name : never;
}[SettingName];

/** The portal's configuration as code reads it: frozen, every setting with a value. */
export type Configuration = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer Value> ? Value : never;
};
