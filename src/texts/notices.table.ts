/** The texts around the wording of every e-mail, in each language that is installed. */

export const english = {
  provider: 'your health care provider',
  mailSentBy: 'This e-mail was sent by {{organization}}.',
  mailPreferences: 'Choose how you are notified',
  mailNotMeant: 'This was not meant for you?',
  mailTellUs: 'Tell us',
} as const;

export const arabic = {
  provider: 'مقدّم الرعاية الصحية',
  mailSentBy: 'المرسِل: {{organization}}.',
  mailPreferences: 'اختر كيف نُعلِمك',
  mailNotMeant: 'لم تكن هذه الرسالة موجّهة إليك؟',
  mailTellUs: 'أخبرنا',
};
