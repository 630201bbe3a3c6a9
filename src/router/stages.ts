/**
 * The stages of a request, in order, and the interactions each applies to: on one screen. A stage adds to the run or
 * throws a Fault; the handler runs after the last one.
 */
import { isGovernedType, mayBelong, switchedOff, typesOff } from '../configuration/switches.js';
import { parsePrefer } from '../fhir/prefer.js';
import type { FhirRequest } from '../fhir/request.js';
import { unknownParameter, VIEW } from '../formats/summary.js';
import type { Ready, StageParts } from './parts.js';
import { binaryOf, parseBody, requireForm } from './stages/body.js';

type Stage = (run: Ready, parts: StageParts) => Promise<void> | void;

const authenticate: Stage = async (run, { gate }) => {
  if (run.actor) return;
  run.actor = gate.isOpen(run.endpoint, run.route) ? gate.anonymous : await gate.authenticate(run.request);
};

/** Anonymous requests are not counted: all anonymous callers would share one quota, and one of them could use it up. */
const charge: Stage = ({ request, route, actor, charged }, { quota }) => {
  if (!charged && actor && actor.kind !== 'anonymous') quota(actor.subject, unitsOf(route.interaction, request.method));
};

const authorize: Stage = ({ endpoint, route, actor }, { gate }) => {
  if (!actor || gate.isOpen(endpoint, route)) return;
  gate.authorize(actor, endpoint, route);
};

/** Reads of types that no switch governs do not ask: they are most of all requests. */
const switched: Stage = (run, { configuration }) => {
  const { route, actor } = run;
  if (!actor || actor.kind === 'system' || actor.kind === 'anonymous') return undefined;
  const { interaction, type = '' } = route;
  const governed = isGovernedType(type);
  const others = !governed && [...SEARCHES, 'operation', 'history-system'].includes(interaction);
  if (!governed && !others && !mayBelong(type)) return undefined;
  return configuration().then(now => {
    run.off = typesOff(now, actor.kind);
    if (!SEARCHES.includes(interaction) && run.off.has(type)) throw switchedOff();
  });
};

const preference: Stage = run => {
  const header = run.request.headers['prefer'];
  if (header !== undefined) run.prefer = parsePrefer(header);
};

/** A parameter that nothing reads may be a misspelt condition: it is refused as on a read. Criteria are read by the search. */
const known: Stage = ({ request, route, actor, prefer }) => {
  if (route.conditional || request.query.length === 0) return;
  if (prefer.handling === 'lenient' && actor?.kind === 'system') return;
  if (request.query.some(([name]) => !VIEW.has(name))) throw unknownParameter();
};

/** The content of a Binary is stored while it arrives. */
const body: Stage = (run, { definitions, limits, receive, sending }) => {
  const { request, route, actor } = run;
  const spend = (bytes: number): void => {
    if (actor && actor.kind !== 'anonymous') sending(actor.subject, bytes);
  };
  if (request.body?.kind === 'bytes') spend(request.body.bytes.length);
  if (request.body?.kind !== 'stream') {
    const parsed = parseBody(request, route, definitions, limits);
    if (parsed instanceof Promise) {
      return parsed.then(resource => {
        run.resource = resource;
      });
    }
    run.resource = parsed;
    return undefined;
  }
  const { bytes, contentType } = request.body;
  return receive(counted(bytes, announced(request), spend)).then(elements => {
    run.resource = binaryOf(request, route, contentType, elements);
  });
};

/** The length that the server holds a body to; undefined for one that is compressed or has no end yet. */
function announced({ headers }: FhirRequest): number | undefined {
  const length = Number(headers['content-length'] ?? NaN);
  return headers['content-encoding'] === undefined && Number.isSafeInteger(length) ? length : undefined;
}

/** Counted before it arrives, or else while it does: several at the same time would each take a part, and none arrive. */
async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  length: number | undefined,
  spend: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  if (length !== undefined) spend(length);
  for await (const piece of bytes) {
    if (length === undefined) spend(piece.length);
    yield piece;
  }
}

const form: Stage = ({ request }) => requireForm(request);

const parameters: Stage = (run, { operations }) => {
  run.values = operations.read(run.route, run.request, run.resource);
};

const READS = ['read', 'vread', 'history-instance', 'history-type', 'history-system', 'capabilities'];
const SEARCHES = ['search-type', 'search-system'];
const WRITES = ['create', 'update', 'patch', 'delete', 'batch', 'transaction'];
const ALL = [...READS, ...SEARCHES, ...WRITES, 'operation'];

/** A batch is charged entry by entry. */
const BUNDLES = ['batch', 'transaction'];

function unitsOf(interaction: string, method: string): number {
  if (BUNDLES.includes(interaction)) return 0;
  const cheap = READS.includes(interaction) || SEARCHES.includes(interaction) || method === 'GET' || method === 'HEAD';
  return cheap ? 1 : 100;
}

/**
 * What follows the last stage has its own place:
 * - the handler, of interactions/ or operations/;
 * - for each resource it writes (create, update, patch, transaction, operations) writing/writing.ts: shape, portal rule,
 *   profile, references, provenance, content, stamp, index; portal rule, references and provenance where a caller sends it;
 * - dispatch.ts: the commit, in which the guarded store holds each version, before and after, against the caller's policy;
 *   the audit, in the commit or before the answer; once more from the handler on where the commit loses a race.
 */
const TABLE: readonly (readonly [stage: Stage, interactions: readonly string[]])[] = [
  [authenticate, ALL],
  [charge, ALL],
  [authorize, ALL],
  [switched, ALL],
  [preference, ALL],
  [known, WRITES],
  [form, SEARCHES],
  [body, [...WRITES, 'operation']],
  [parameters, ['operation']],
];

/** The stages of an interaction, in order. */
export const stagesOf = (interaction: string): readonly Stage[] =>
  TABLE.filter(([, interactions]) => interactions.includes(interaction)).map(([stage]) => stage);
