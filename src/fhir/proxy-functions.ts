/** What a relation lets a proxy do for the patient: its extensions `proxy-function`. */
import type { OwnCanonicals } from './own-canonicals.js';

interface Relation {
  readonly extension?: readonly { readonly url: string; readonly valueCode?: string | undefined }[] | undefined;
}

/** The codes (code system `proxy-function`); undefined where none is named, which means all. */
export function functionsNamed(
  { extension = [] }: Relation,
  own: Pick<OwnCanonicals, 'structure'>,
): ReadonlySet<string> | undefined {
  const named = extension.filter(({ url }) => url === own.structure('proxy-function'));
  return named.length === 0 ? undefined : new Set(named.flatMap(({ valueCode }) => valueCode ?? []));
}
