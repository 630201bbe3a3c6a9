/** An app as its maker writes it with fhirclient.js, at an origin of its own. https://github.com/smart-on-fhir/client-js */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface SmartApp {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly close: () => void;
}

export interface SmartAppSettings {
  readonly clientId: string;
  readonly scope: string;
  /** Base of the endpoint, for `/start`; an EHR names it to `/launch`. */
  readonly iss: string;
}

const library = readFileSync(join(process.cwd(), 'node_modules/fhirclient/build/fhir-client.pure.min.js'));

const page = (script: string): string =>
  `<!doctype html><html lang="en"><title>App</title><script src="/fhir-client.js"></script><body><pre id="seen"></pre><script>${script}</script>`;

/** What the app tells of what it got: as JSON in its page. */
const ready = `
const show = what => { document.getElementById('seen').textContent = JSON.stringify(what); };
FHIR.oauth2.ready().then(async client => {
  const patient = await client.patient.read();
  const observations = await client.request('Observation?patient=' + client.patient.id + '&_count=2', { pageLimit: 0, flat: true });
  const before = client.state.tokenResponse;
  const first = { access_token: before.access_token, refresh_token: before.refresh_token };
  await client.refresh();
  const user = await client.user.read();
  const again = await client.patient.read();
  show({
    patient: patient.id, again: again.id, user: user.resourceType + '/' + user.id, fhirUser: client.user.fhirUser,
    observations: observations.map(one => one.resourceType), context: client.state.tokenResponse, first,
    isPkce: Boolean(client.state.codeVerifier), encounter: client.encounter.id,
  });
}).catch(error => show({ error: String(error.message || error) }));`;

/** @param settingsOf asked at each page, so that the app can be registered with the origin that it got */
export async function startSmartApp(settingsOf: () => SmartAppSettings): Promise<SmartApp> {
  const server = createServer((request, response) => {
    const { clientId, scope, iss } = settingsOf();
    const ask = { clientId, scope, redirectUri: '/app' };
    const [path] = (request.url ?? '').split('?');
    const pages: Readonly<Record<string, string>> = {
      '/start': page(`FHIR.oauth2.authorize(${JSON.stringify({ ...ask, iss })})`),
      '/launch': page(`FHIR.oauth2.authorize(${JSON.stringify(ask)})`),
      '/app': page(ready),
    };
    if (path === '/fhir-client.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(library);
    else response.writeHead(200, { 'content-type': 'text/html' }).end(pages[path ?? ''] ?? '');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
