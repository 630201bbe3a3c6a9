/** Telephone numbers in the one form by which they are compared: E.164. https://www.itu.int/rec/T-REC-E.164 */
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';

/** The E.164 form of a number as people write it; undefined where it is none, or has an extension. */
export type PhoneForm = (text: string) => string | undefined;

/** Characters of a number, punctuation included. */
const LONGEST = 40;

/** Takes numbers in international form, and in the national form of the region (ISO 3166-1 alpha-2) if one is given. */
export function phoneForm(region?: CountryCode): PhoneForm {
  const options = { extract: false, ...(region === undefined ? {} : { defaultCountry: region }) };
  return text => {
    if (text.length > LONGEST || /\p{C}/u.test(text)) return undefined;
    const found = parsePhoneNumberFromString(text.trim(), options);
    return found?.isPossible() === true && found.ext === undefined ? found.number : undefined;
  };
}
