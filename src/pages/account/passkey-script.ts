/**
 * Asks the browser for a passkey, or for a new one, as the page says, and sends its answer with the page's form.
 * https://www.w3.org/TR/webauthn-3/#sctn-api
 */
import { assetOf, SCRIPT } from '../asset.js';

const text = `'use strict';
const place = document.getElementById('passkey');
const form = place.querySelector('form');
const problem = document.getElementById('passkey-problem');
const { options, ceremony, missing, failed, known } = place.dataset;

const bytes = text => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), one => one.charCodeAt(0));
const encoded = buffer =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
const named = list => (list || []).map(one => ({ ...one, id: bytes(one.id) }));

function asked() {
  const publicKey = JSON.parse(options);
  publicKey.challenge = bytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
  if (publicKey.excludeCredentials) publicKey.excludeCredentials = named(publicKey.excludeCredentials);
  if (publicKey.allowCredentials) publicKey.allowCredentials = named(publicKey.allowCredentials);
  return { publicKey };
}

function written(credential) {
  const { id, rawId, type, response } = credential;
  const parts = {};
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'])
    if (response[name]) parts[name] = encoded(response[name]);
  if (response.getTransports) parts.transports = response.getTransports();
  const clientExtensionResults = credential.getClientExtensionResults();
  return JSON.stringify({ id, rawId: encoded(rawId), type, response: parts, clientExtensionResults });
}

function tell(text) {
  problem.textContent = text;
  problem.hidden = false;
}

async function run() {
  problem.hidden = true;
  if (!window.PublicKeyCredential) return tell(missing);
  try {
    form.elements.answer.value = written(await navigator.credentials[ceremony](asked()));
    form.submit();
  } catch (error) {
    tell({ InvalidStateError: known, SecurityError: missing }[error.name] || failed);
  }
}

form.addEventListener('submit', event => {
  event.preventDefault();
  run();
});
run();
`;

export const passkeyScript = assetOf('passkey', 'js', SCRIPT, text);
