/** Wordings of notices: the rule for their writes, and those of the installation as resources. */
import type { ActivityDefinition } from 'fhir/r4.js';
import type { Definitions } from '../definitions/definitions.js';
import type { Endpoint } from '../definitions/endpoint.js';
import { Fault, unlessConflict } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { asJson, typed } from '../fhir/resource.js';
import { step } from '../portal/step.js';
import type { HandlerParts, WriteRule } from '../service.js';
import { activeWordings, MOST_WORDINGS, wordingOf, WORDING } from '../wording/wording.js';
import { createBulk, type BulkParts } from './bulk.js';
import { withProfile } from './with-profile.js';
import { readerOf, type ReaderParts } from './workflow-reader.js';

/** Its templates are judged here; of one event and topic one wording is active. */
export const wordingRule =
  (parts: ReaderParts & Pick<HandlerParts, 'wordings'>): WriteRule =>
  async (resource, _previous, context) => {
    const { own } = parts.definitions;
    const next = typed<ActivityDefinition>(withProfile(resource, own.structure(WORDING)));
    const issues = parts.wordings.check(next);
    if (issues.length > 0) throw new Fault('unprocessable', 'The wording is wrong.', { issues });
    if (next.status !== 'active') return { resource: asJson(next) };
    const all = readerOf(context, context.asSystem('wording: the other ones'), parts);
    const query = activeWordings(own);
    const active = await all.find<ActivityDefinition>('ActivityDefinition', query, MOST_WORDINGS);
    const other = active.find(one => one.resource.id !== next.id && isAbout(one.resource, next, own));
    if (other) throw alreadyThere(other.resource);
    return { resource: asJson(next), step: step({ criteria: [all.still('ActivityDefinition', query, active)] }) };
  };

function isAbout(one: ActivityDefinition, other: ActivityDefinition, own: OwnCanonicals): boolean {
  const [a, b] = [wordingOf(one, own), wordingOf(other, own)];
  return a.event === b.event && a.topic === b.topic;
}

const alreadyThere = ({ id }: ActivityDefinition): Fault =>
  new Fault(
    'unprocessable',
    `ActivityDefinition/${id} is the active wording for this event and topic: change that one.`,
    {
      code: 'duplicate',
      expression: 'ActivityDefinition.status',
    },
  );

const RECORD = { kind: 'shipped-wordings', id: 'versions' };

/**
 * Writes the wordings of the installation, where they are not there, and a newer release's in place of those that nobody has
 * changed. Of processes that start together one does it.
 */
export async function ensureWordings(
  shipped: readonly ActivityDefinition[],
  parts: BulkParts & Pick<HandlerParts, 'records' | 'clock'> & { definitions: Pick<Definitions, 'own'> },
  endpoint: Endpoint,
): Promise<void> {
  const { store, records, clock } = parts;
  const { partition } = endpoint;
  const record = await records.get(RECORD.kind, RECORD.id, clock.now());
  const written = (record?.value ?? {}) as Readonly<Record<string, number>>;
  const found = await store.read(shipped.map(({ id = '' }) => ({ partition, type: 'ActivityDefinition', id })));
  const untouched = shipped.filter(({ id = '' }, at) => (found[at]?.version ?? 0) === (written[id] ?? 0));
  const bulk = createBulk(parts, endpoint, 'wordings of the installation');
  const prepared = await bulk.prepare(untouched.map(asJson));
  const refused = prepared.find(one => one instanceof Fault);
  if (refused) throw refused;
  const puts = prepared.flatMap(one => (one === 'unchanged' || one instanceof Fault ? [] : (one.puts ?? [])));
  if (puts.length === 0) return;
  const value = { ...written, ...Object.fromEntries(puts.map(({ key, version }) => [key.id, version])) };
  const change = { op: 'put', document: { ...RECORD, value, keys: {} }, expect: record?.version ?? 0 } as const;
  await bulk.commit(prepared, [change]).catch(unlessConflict);
}
