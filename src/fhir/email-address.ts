/**
 * E-mail addresses, ASCII or international, in the one form by which they are compared.
 * https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2 https://www.rfc-editor.org/rfc/rfc6531#section-3.3
 */
import { domainToASCII, domainToUnicode } from 'node:url';

const LOCAL = /^(?![.])(?:\.?[a-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\u{10ffff}]+)+$/u;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;
/** Spaces, control and format characters, and what Unicode has not assigned. */
const UNSEEN = /[\p{C}\p{Z}]/u;

const octets = (text: string): number => Buffer.byteLength(text);

/**
 * Lower case; a domain in Unicode, whichever way it was written. Undefined where the text is no address: quoted local parts,
 * comments, lists and literal IP addresses are not taken.
 */
export function emailForm(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > 254 || UNSEEN.test(text)) return undefined;
  const local = text.slice(0, at).normalize('NFC').toLowerCase();
  const domain = domainOf(text.slice(at + 1));
  if (domain === undefined || !LOCAL.test(local) || octets(local) > 64) return undefined;
  const email = `${local}@${domain}`;
  return octets(email) <= 254 ? email : undefined;
}

/** The Unicode form of a domain name. https://www.unicode.org/reports/tr46/ */
function domainOf(text: string): string | undefined {
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(text)) return undefined;
  const ascii = domainToASCII(text.toLowerCase());
  return DOMAIN.test(ascii) ? domainToUnicode(ascii) : undefined;
}
