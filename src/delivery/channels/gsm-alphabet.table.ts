/** The default alphabet of text messages and its extension. 3GPP TS 23.038, 6.2.1: https://www.3gpp.org/dynareport/23038.htm */

/** Each takes one septet. */
export const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';

/** Each takes two: an escape comes before it. */
export const EXTENSION = '\f^{}\\[~]|€';
