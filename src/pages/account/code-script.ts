/**
 * Takes a code out of the address of a link into its field, so that nobody has to type it. The address keeps it behind the `#`,
 * which no server sees and no log holds. Without script the code is typed.
 */
import { assetOf, SCRIPT } from '../asset.js';

const text = `'use strict';
const field = document.getElementById('code');
const code = location.hash.slice(1);
if (field && /^[0-9A-Z-]{1,64}$/.test(code)) {
  field.value = code;
  history.replaceState(null, '', location.pathname + location.search);
  for (const link of document.querySelectorAll('header nav a')) link.hash = code;
}
`;

export const codeScript = assetOf('code', 'js', SCRIPT, text);
