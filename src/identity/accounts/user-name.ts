/** User names: of letters, digits and a few signs, whatever the script; case and width make no difference. */

const FORM = /^[\p{L}\p{M}\p{N}._@+-]{3,64}$/u;

/** As names are compared; two that fold alike are one. https://www.unicode.org/reports/tr15/ */
export const foldUserName = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

/** As it is kept and shown; undefined for text that is no user name. */
export function userNameOf(text: string): string | undefined {
  const name = text.normalize('NFKC').trim();
  return FORM.test(name) ? name : undefined;
}
