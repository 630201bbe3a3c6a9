/** Text as a QR code: shapes in the page itself, which loads nothing. https://www.iso.org/standard/83389.html */
import QrCode from 'qrcode';
import { html, type Html } from '../html.js';

/** Modules of white around the code, without which readers do not find it. */
const QUIET = 4;

/** Characters: a code holds no more. */
const MOST = 2000;

/**
 * @param name what it is, for those who do not see it
 * @returns undefined for a text that is too long
 */
export function qrCode(text: string, name: string): Html | undefined {
  if (text.length > MOST) return undefined;
  const { size, data } = QrCode.create(text, { errorCorrectionLevel: 'M' }).modules;
  const dark = Array.from({ length: size * size }, (_, at) => at).filter(at => data[at] === 1);
  const path = dark.map(at => `M${QUIET + (at % size)} ${QUIET + Math.floor(at / size)}h1v1h-1z`).join('');
  const whole = size + 2 * QUIET;
  return html`<svg
    class="qr"
    role="img"
    aria-label="${name}"
    viewBox="0 0 ${whole} ${whole}"
    shape-rendering="crispEdges"
  >
    <path fill="#fff" d="M0 0h${whole}v${whole}h-${whole}z" />
    <path fill="#000" d="${path}" />
  </svg>`;
}
