/**
 * What `:in`, `:not-in`, `:above` and `:below` of a search ask of terminology: HL7's value sets and code systems, the
 * packages', and those posted to this endpoint. https://hl7.org/fhir/R4/search.html#modifiers
 */
import type { Definitions } from '../definitions/definitions.js';
import { expand, hierarchy, type TerminologySource } from '../definitions/expand.js';
import { localReference } from '../fhir/reference.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import type { Coding, Terminology } from '../search/types/type.js';
import type { Context, HandlerParts } from '../service.js';
import { knownTerminology } from './known-terminology.js';

/** The terminology that a search with these names needs: canonical URLs, or `ValueSet/1` of this endpoint. */
export function createSearchTerminology(definitions: Definitions): HandlerParts['terminology'] {
  return async (context, names) => {
    const stored = await storedValueSets(context, names);
    const roots = names.map(name => stored.get(name) ?? name);
    const plain = terminologyOf(await knownTerminology(definitions, context, ...roots));
    return { ...plain, expand: name => plain.expand(String(stored.get(name)?.['url'] ?? name)) };
  };
}

/** What search asks of terminology, answered from these definitions. */
export function terminologyOf(known: TerminologySource): Terminology {
  const made = new Map<string, Coding[] | undefined>();
  return {
    expand(url) {
      if (!made.has(url)) made.set(url, expanded(url, known));
      return made.get(url);
    },
    subsumed: (coding, direction) =>
      hierarchy(coding, direction, known)?.map(code => ({ system: coding.system, code })),
  };
}

/** The codes of a value set that can be listed whole. */
function expanded(url: string, known: TerminologySource): Coding[] | undefined {
  const expansion = expand(url, known);
  if (!expansion || expansion.open.size > 0) return undefined;
  return [...expansion.codes].map(text => {
    const bar = text.lastIndexOf('|');
    return { system: text.slice(0, bar), code: text.slice(bar + 1) };
  });
}

async function storedValueSets(context: Context, names: readonly string[]): Promise<Map<string, Resource>> {
  const { store, partition, endpoint } = context;
  const wanted = names.flatMap(name => {
    const local = localReference(name, [endpoint.url]);
    return local?.type === 'ValueSet' ? [{ name, key: { partition, type: local.type, id: local.id } }] : [];
  });
  const found = await store.read(wanted.map(({ key }) => key));
  return new Map(
    wanted.flatMap(({ name }, at) => {
      const version = found[at];
      return version && !version.deleted ? [[name, parseStored<Resource>(version.json)] as const] : [];
    }),
  );
}
