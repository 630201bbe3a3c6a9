/** Words by which the owner of a telephone answers text messages. https://www.ctia.org/the-wireless-industry/industry-commitments/messaging-interoperability-sms-mms */

export type Keyword = 'stop' | 'start' | 'help';

/** In the languages that Portico ships, and as gateways know them everywhere. */
const WORDS: Readonly<Record<Keyword, readonly string[]>> = {
  stop: [
    ...['stop', 'stopall', 'stop all', 'unsubscribe', 'cancel', 'end', 'quit', 'revoke', 'optout', 'opt out'],
    ...['ايقاف', 'إيقاف', 'أوقف', 'اوقف', 'توقف', 'قف', 'الغاء', 'إلغاء'],
  ],
  start: ['start', 'unstop', 'yes', 'subscribe', 'optin', 'opt in', 'ابدأ', 'ابدا', 'بدء', 'اشتراك', 'نعم'],
  help: ['help', 'info', 'مساعدة', 'مساعده'],
};

const known = new Map(
  Object.entries(WORDS).flatMap(([keyword, words]) => words.map(word => [word, keyword as Keyword])),
);

/** The keyword that a text is, whatever its case, punctuation and spaces; undefined for any other text. */
export function keywordOf(text: string): Keyword | undefined {
  const word = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
  return known.get(word);
}
