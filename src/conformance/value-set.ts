/** The value set or code system of an operation: in its path, sent with it, or named by URL. */
import type { CodeSystem, ValueSet } from 'fhir/r4.js';
import { definitionById } from '../definitions/by-id.js';
import type { Definitions } from '../definitions/definitions.js';
import { splitCanonical } from '../fhir/canonical.js';
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import { asJson, type Resource } from '../fhir/resource.js';
import type { Context } from '../service.js';

export const valueSetOf = (
  definitions: Definitions,
  { url, valueSet }: { url?: string; valueSet?: ValueSet },
  context: Context,
): Promise<Resource | string> => resourceOf(definitions, context, url, valueSet);

export const codeSystemOf = (
  definitions: Definitions,
  { url, codeSystem }: { url?: string | undefined; codeSystem?: CodeSystem },
  context: Context,
): Promise<Resource | string> => resourceOf(definitions, context, url, codeSystem);

/** The resource, if it has the version in its canonical URL and the version of the parameter, as far as they are given. */
export function ofVersion(
  resource: Resource | undefined,
  named: Resource | string,
  version: string | undefined,
): Resource | undefined {
  const wanted = [typeof named === 'string' ? splitCanonical(named).version : '', version ?? ''];
  return wanted.every(one => one === '' || one === resource?.['version']) ? resource : undefined;
}

async function resourceOf(
  definitions: Definitions,
  { route, partition, store }: Context,
  url: string | undefined,
  given: ValueSet | CodeSystem | undefined,
): Promise<Resource | string> {
  if (route.id !== undefined) {
    const { type = '', id } = route;
    const [version] = await store.read([{ partition, type, id }]);
    if (version && !version.deleted) return parseStored<Resource>(version.json);
    const builtIn = version ? undefined : definitionById(definitions, type, id);
    if (!builtIn) throw new Fault('not-found', `There is no ${type}/${id}.`);
    return builtIn;
  }
  if (given !== undefined) return asJson(given);
  if (url !== undefined) return url;
  throw new Fault('invalid', 'Name it by url, or send it.', { code: 'required' });
}
