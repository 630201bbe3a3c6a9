/** An application around a router that answers as a test says, with fixed clock and ids. */
import type { AddressInfo } from 'node:net';
import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import { configurationOf } from '../../src/configuration/resource.js';
import type { Configuration } from '../../src/configuration/settings.table.js';
import { FILE_BASE, ownCanonicals } from '../../src/fhir/own-canonicals.js';
import type { FhirRequest } from '../../src/fhir/request.js';
import type { FhirResponse } from '../../src/fhir/response.js';
import { createFraming, type Framing } from '../../src/pages/frame.js';
import { createTexts, type Translation } from '../../src/texts/words.js';
import { createApp, type AppParts } from '../../src/http/app.js';

export const patient = '{"resourceType":"Patient","id":"1","multipleBirthInteger":1,"birthDate":"2000-01-01"}';
export const ok: FhirResponse = { status: 200, headers: { etag: 'W/"1"' }, body: { kind: 'json', text: patient } };

const empty = configurationOf(undefined, ownCanonicals(FILE_BASE));

/** Of pages under this configuration, in these texts. */
export const framingOf = (
  configuration: () => Promise<Configuration>,
  translations: ReadonlyMap<string, Translation> = new Map(),
): Framing =>
  createFraming({
    version: '0.1.0',
    configuration,
    texts: async () => createTexts(translations, await configuration()),
    secure: true,
  });

/** Parts of an application whose portal answers by `handle`; `seen` keeps what came to it. */
export function testParts(handle: (request: FhirRequest) => FhirResponse | Promise<FhirResponse> = () => ok) {
  const seen: FhirRequest[] = [];
  const reports: unknown[] = [];
  const refusals: number[] = [];
  let next = 0;
  const base = (path: string): AppParts['bases'][number] => ({
    path,
    url: `https://portal.example${path}`,
    callerOf({ headers }) {
      const [, caller] = /^Bearer (good.*)$/.exec(headers['authorization'] ?? '') ?? [];
      return Promise.resolve(caller);
    },
    async handle(request) {
      seen.push(request);
      return handle(request);
    },
    wellKnown: name =>
      name === 'smart-configuration' ? { token_endpoint: 'https://portal.example/token' } : undefined,
  });
  const parts: AppParts = {
    bases: [base('/fhir/portal'), base('/fhir/customer/demo')],
    clock: { now: () => 1_800_000_000_000 },
    ids: { next: () => `id-${++next}` },
    limits: { maxBody: 1000, maxUpload: 2000, requestTimeout: 30_000 },
    secure: true,
    writeXml: resource => `<${resource.resourceType}/>`,
    makePage: () => Promise.resolve(undefined),
    pageToken: () => Promise.resolve(undefined),
    report: error => reports.push(error),
    refused: ({ status }) => refusals.push(status),
    readiness: () => Promise.resolve({ store: true }),
    draining: () => false,
    portalDocument: () => Promise.resolve({ text: '{}', etag: '"1"' }),
    pages: {
      ...{ endpoints: [], operation: () => undefined, demo: true },
      framing: framingOf(() => Promise.resolve(empty)),
      isOwnHost: () => true,
      configuration: () => Promise.resolve(empty),
      reportMisdirected: token => Promise.resolve(token === 'good'),
      unsubscribe: token => Promise.resolve(token === 'good'),
    },
  };
  return { parts, seen, reports, refusals };
}

export function testApp(handle?: Parameters<typeof testParts>[0], change: Partial<AppParts> = {}) {
  const { parts, ...kept } = testParts(handle);
  return { app: createApp({ ...parts, ...change }), ...kept };
}

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** A request whose path goes out as it is written: clients tidy paths up. */
export async function raw(
  server: Server,
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: Uint8Array | string } = {},
): Promise<RawAnswer> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', path, method, headers, agent: false }, response => {
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** The answer to a POST whose body does not come. */
export async function headersOnly(
  server: Server,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number }> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', path, method: 'POST', headers, agent: false }, response => {
      resolve({ status: response.statusCode ?? 0 });
      request.destroy();
    });
    request.on('error', reject);
    request.flushHeaders();
  });
}

/** Runs `use` against an application that listens on a free port. */
export async function listening(
  app: ReturnType<typeof createApp>,
  use: (server: Server) => Promise<void>,
): Promise<void> {
  const server = createServer(app);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(server);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
