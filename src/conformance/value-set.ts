/** The value set (or code system) an operation is about: the one of the path, one given, or one named by its URL. */
import { definitionById } from '../definitions/by-id.js';
import { splitCanonical } from '../fhir/canonical.js';
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import type { Context, Values } from '../service.js';

export const valueSetOf = (input: Values, context: Context): Promise<Resource | string> =>
  subject(context, input['url'], input['valueSet']);

export const codeSystemOf = (input: Values, context: Context): Promise<Resource | string> =>
  subject(context, input['url'] ?? input['system'], input['codeSystem']);

/** What was found, if it is of the versions asked for: that of the canonical URL it was named by, and one said beside it. */
export function ofVersion(
  found: Resource | undefined,
  named: Resource | string,
  beside: unknown,
): Resource | undefined {
  const asked = [typeof named === 'string' ? splitCanonical(named).version : '', beside ?? ''];
  return asked.every(version => version === '' || version === found?.['version']) ? found : undefined;
}

async function subject(context: Context, url: unknown, given: unknown): Promise<Resource | string> {
  const { route, partition, store, services } = context;
  if (route.id !== undefined) {
    const { type = '', id } = route;
    const [version] = await store.read([{ partition, type, id }]);
    if (version && !version.deleted) return parseStored<Resource>(version.json);
    const builtIn = version ? undefined : definitionById(services.definitions, type, id);
    if (!builtIn) throw new Fault('not-found', `There is no ${type}/${id}.`);
    return builtIn;
  }
  if (given !== undefined) return given as Resource;
  if (typeof url === 'string' && url !== '') return url;
  throw new Fault('invalid', 'Name it by url, or send it.', { code: 'required' });
}
