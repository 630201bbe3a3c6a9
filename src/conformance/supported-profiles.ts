/**
 * The statement of an endpoint as it stands now: packages' profiles and those posted to it are supported too. Posted ones
 * are read again when the newest change of any StructureDefinition is another than it was.
 * https://hl7.org/fhir/R4/profiling.html#CapabilityStatement
 */
import type { Definitions, ProfileEntry } from '../definitions/definitions.js';
import { withProfiles } from '../definitions/extend-endpoint.js';
import { parseStored } from '../fhir/json.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { Context, HandlerParts } from '../service.js';
import type { Page, Store } from '../store/port.js';

interface Known {
  /** The newest change of a StructureDefinition, and the statement that was extended. */
  stamp: string;
  from: JsonObject;
  statement: JsonObject;
}

const TYPE = 'StructureDefinition';
const PAGE = 100;
const MAX_POSTED = 1000;

/** @param report told where the storage cannot be read: what was known stays */
export function createStatements(
  definitions: Definitions,
  report: (error: unknown) => void,
): HandlerParts['statement'] {
  const guides = definitions.canonicals('ImplementationGuide');
  const known = new Map<string, Known>();

  async function current(context: Context): Promise<JsonObject> {
    const { endpoint, partition, request } = context;
    const before = known.get(endpoint.path);
    const { statement: from } = endpoint;
    try {
      const store = context.asSystem('profiles that the statement lists');
      const stamp = await newestChange(store, partition, request.deadline);
      if (before?.stamp === stamp && before.from === from) return before.statement;
      const profiles = [...definitions.profiles, ...(stamp === '' ? [] : await postedProfiles(store, partition))];
      const statement = withProfiles(from, { profiles, guides });
      known.set(endpoint.path, { stamp, from, statement });
      return statement;
    } catch (error) {
      report(error);
      return before?.statement ?? from;
    }
  }

  return context => (context.endpoint.resources.has(TYPE) ? current(context) : context.endpoint.statement);
}

async function newestChange(store: Store, partition: string, deadline: number): Promise<string> {
  const of = [{ type: TYPE, where: { kind: 'all' as const } }];
  const { rows } = await store.history({ partition, of, limit: 1, deadline });
  return rows.map(({ key, version }) => `${key.id}/${version}`).join();
}

async function postedProfiles(store: Store, partition: string): Promise<ProfileEntry[]> {
  const profiles: ProfileEntry[] = [];
  let after: Page['next'];
  for (let read = 0; read < MAX_POSTED; read += PAGE) {
    const page = await store.scan(partition, TYPE, PAGE, after);
    profiles.push(...page.rows.flatMap(({ json }) => profileOf(parseStored<Resource>(json))));
    after = page.next;
    if (!after) break;
  }
  return profiles;
}

/** Nothing for extensions, data types and logical models. */
const profileOf = ({ kind, derivation, type, url }: Resource): ProfileEntry[] =>
  kind === 'resource' && derivation === 'constraint' ? [{ type: type as string, url: url as string }] : [];
