/**
 * A SMART app as its maker writes it, without a library: discovers, asks, exchanges the code, reads.
 * https://hl7.org/fhir/smart-app-launch/app-launch.html
 */
import { assetOf, SCRIPT } from './asset.js';

const text = `'use strict';
const app = document.getElementById('app');
const { base, client, redirect, scope, stranger, failed } = app.dataset;
const query = new URLSearchParams(location.search);
const encoded = bytes => btoa(String.fromCharCode(...bytes)).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
const random = count => encoded(crypto.getRandomValues(new Uint8Array(count)));

async function json(address, init) {
  const answer = await fetch(address, init);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error_description || body.error || failed + ' (' + answer.status + ')');
  return body;
}

const configuration = () => json(base + '/.well-known/smart-configuration', { headers: { accept: 'application/json' } });

/** Sends the person to the authorization server; the verifier stays here. */
async function start() {
  const verifier = random(32);
  const state = random(16);
  sessionStorage.setItem(state, verifier);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const launch = query.get('launch');
  const request = new URLSearchParams({
    response_type: 'code',
    client_id: client,
    redirect_uri: redirect,
    scope: launch ? scope.replace('launch/patient', 'launch') : scope,
    state,
    aud: base,
    code_challenge: encoded(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    ...(launch ? { launch } : {}),
  });
  location.assign((await configuration()).authorization_endpoint + '?' + request);
}

/** The person is back with a code, which only this tab can use. */
async function finish() {
  const verifier = sessionStorage.getItem(query.get('state'));
  if (!verifier) throw new Error(stranger);
  sessionStorage.removeItem(query.get('state'));
  history.replaceState(null, '', location.pathname);
  if (query.has('error')) throw new Error(query.get('error_description') || query.get('error'));
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: query.get('code'),
    redirect_uri: redirect,
    client_id: client,
    code_verifier: verifier,
  });
  const tokens = await json((await configuration()).token_endpoint, { method: 'POST', body });
  const headers = { authorization: 'Bearer ' + tokens.access_token, accept: 'application/fhir+json' };
  const read = path => json(base + '/' + path, { headers });
  const patient = await read('Patient/' + tokens.patient);
  const found = await read('Observation?patient=' + tokens.patient + '&_sort=-date&_count=10').catch(() => ({}));
  show(patient, (found.entry || []).map(entry => entry.resource), tokens.scope);
}

function show(patient, observations, granted) {
  const [name = {}] = patient.name || [];
  put('name', name.text || [...(name.given || []), name.family].join(' '));
  put('born', patient.birthDate || '');
  put('granted', granted);
  const list = document.getElementById('observations');
  for (const { code, valueQuantity: value, component = [] } of observations) {
    const values = value ? [value] : component.map(one => one.valueQuantity).filter(Boolean);
    const item = document.createElement('li');
    const label = code.text || ((code.coding || [])[0] || {}).display || '';
    item.textContent = label + ': ' + values.map(one => one.value + ' ' + (one.unit || '')).join(', ');
    list.append(item);
  }
  document.getElementById('start').hidden = true;
  document.getElementById('record').hidden = false;
}

const put = (id, value) => { document.getElementById(id).textContent = value; };
const fail = error => {
  put('problem', error.message);
  document.getElementById('problem').hidden = false;
};

document.getElementById('begin').addEventListener('click', () => start().catch(fail));
if (query.has('state')) finish().catch(fail);
else if (query.has('start') || query.has('launch')) start().catch(fail);
`;

export const demoAppScript = assetOf('demo-app', 'js', SCRIPT, text);
