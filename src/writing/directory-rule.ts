/** What a request makes of the directory, judged once all that it writes is known. */
import type { Issue } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { departures } from '../portal/departure.js';
import { checkDirectory, DIRECTORY_TYPES } from '../portal/directory.js';
import type { DirectoryChange, DirectoryParts } from '../portal/directory-change.js';
import type { Step } from '../portal/step.js';
import type { Blame, Context } from '../service.js';
import type { ChangeSet, Put, Store } from '../store/port.js';
import { delegating } from '../store/views/delegating.js';
import { pending } from '../store/views/pending.js';
import type { PortalRuleParts } from './portal-rule-parts.js';
import { readerOf, type ReaderParts } from './workflow-reader.js';

export interface Judged {
  readonly step: Step;
  /** What holds at the commit, or the judgement is made again. */
  readonly reliedOn: Pick<ChangeSet, 'criteria' | 'unchanged'>;
  readonly warnings: ReadonlyMap<string, readonly Issue[]>;
}

export type DirectoryRule = (puts: readonly Put[], context: Context, blame: Blame) => Promise<Judged | undefined>;

export type DirectoryRuleParts = ReaderParts & Pick<PortalRuleParts, 'administersRoles'>;

const nameOf = ({ key: { type, id } }: Put): string => `${type}/${id}`;

/** Undefined where a request writes nothing of the directory. */
export const directoryRule =
  (parts: DirectoryRuleParts): DirectoryRule =>
  async (puts, context, blame) => {
    const own = puts.filter(({ key: { type } }) => DIRECTORY_TYPES.has(type));
    if (!context.endpoint.workflows || own.length === 0) return undefined;
    const store = context.asSystem('the directory: what depends on it');
    const relied = pending(store, puts);
    const directory: DirectoryParts = {
      before: readerOf(context, store, parts),
      after: readerOf(context, { ...delegating(store), ...pending(store, puts) }, parts),
      relied: readerOf(context, { ...delegating(store), ...relied }, parts),
      now: parts.clock.now(),
      administersRoles: parts.administersRoles(context.actor),
      written: new Set(puts.map(nameOf)),
    };
    const changes = await changesOf(own, store);
    const warnings = new Map<string, Issue[]>();
    const warn = (name: string, issues: readonly Issue[]) =>
      warnings.set(name, [...(warnings.get(name) ?? []), ...issues]);
    for (const change of changes) {
      const issues = await checkDirectory(change, directory).catch((error: unknown) => {
        throw blame(change.name, error);
      });
      warn(change.name, issues);
    }
    const { step, warnings: others } = await departures(changes, directory);
    for (const { name, issue } of others) warn(name, [issue]);
    return { step, reliedOn: relied.reliedOn(), warnings };
  };

async function changesOf(puts: readonly Put[], store: Pick<Store, 'read'>): Promise<DirectoryChange[]> {
  const before = await store.read(puts.map(({ key }) => key));
  return puts.map((put, at) => ({ name: nameOf(put), before: resourceOf(before[at]), after: resourceOf(put) }));
}

const resourceOf = (version: { deleted: boolean; json: string } | undefined): Resource | undefined =>
  version && !version.deleted ? parseStored<Resource>(version.json) : undefined;
