/**
 * `npm run walk`: the files that a request goes through from the socket to the store, each once, as the stacks of its calls
 * to SQLite tell them (awaiting functions included). Whoever follows a request by "go to definition" opens these.
 */
import { developmentToken } from '../src/access/development-issuer.js';
import { loadSigningKey } from '../src/access/signing-key.js';
import { compose } from '../src/compose.js';
import { loadConfig } from '../src/config/config.js';
import { Connection } from '../src/store/sqlite/connection.js';
import { Thread } from '../src/store/sqlite/thread.js';
import { inFolder, settingsIn } from './arena.js';

const NEWCOMER = {
  resourceType: 'Parameters',
  parameter: [
    { name: 'family', valueString: 'Haddad' },
    { name: 'birthDate', valueDate: '1984-09-12' },
    { name: 'email', valueString: 'newcomer@example.org' },
  ],
};

const REQUESTS: Readonly<Record<string, RequestInit & { path: string; most: number }>> = {
  'Read by id': { path: 'Patient/demo-patient', most: 12 },
  'Chained search': { path: 'Communication?subject:Patient.identifier=a%7Cb', most: 16 },
  $invite: { path: 'Patient/$invite', method: 'POST', body: JSON.stringify(NEWCOMER), most: 18 },
};

/** The line of calls that ended in the store: file names, the innermost first. */
type Walk = readonly string[];

const SOURCE = /\/src\/(\S+)\.js:\d+/g;
/** A function that awaits stands in the stack; these two have called it and returned. */
const ENTRY: Walk = ['http/app.ts', 'http/server.ts'];
const walkOf = (last: string, stack: string): Walk => [
  ...new Set([last, ...[...stack.matchAll(SOURCE)].map(([, file]) => `${file}.ts`), ...ENTRY]),
];

/** Notes the line of each call to these methods of a file. */
function watch(file: string, methods: object, names: readonly string[]): void {
  const all = methods as Record<string, (...values: unknown[]) => unknown>;
  for (const name of names) {
    const method = all[name]!;
    all[name] = function (...values) {
      const walk = walkOf(file, new Error().stack ?? '');
      // What runs beside requests begins elsewhere.
      if (walk.includes('router/dispatch.ts')) walks.push(walk);
      return method.apply(this, values);
    };
  }
}

Error.stackTraceLimit = 200;
let walks: Walk[] = [];
watch('store/sqlite/connection.ts', Connection.prototype, ['get', 'all', 'until']);
watch('store/sqlite/thread.ts', Thread.prototype, ['ask']);

await inFolder(async folder => {
  const settings = { ...process.env, ...(await settingsIn(folder)), PORTICO_LOG_LEVEL: 'silent' };
  const config = loadConfig(settings);
  const app = await compose(config);
  const base = `http://127.0.0.1:${await app.listen()}/fhir/portal`;
  const token = developmentToken(loadSigningKey(folder), 'demo-ehr', undefined, Date.now());
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' };
  for (const [name, { path, most, ...init }] of Object.entries(REQUESTS)) {
    walks = [];
    const answer = await fetch(`${base}/${path}`, { ...init, headers });
    const longest = walks.reduce((one, other) => (other.length > one.length ? other : one), []);
    console.log(`${name}: ${answer.status}, ${longest.length} files of ${most} at most\n  ${longest.join('\n  ')}`);
  }
  await app.close();
});
