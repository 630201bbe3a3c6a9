/** What a relation lets a proxy do for the patient: its extensions `proxy-function`, within what its `proxy-basis` allows. */
import type { OwnCanonicals } from './own-canonicals.js';
import { isProxyBasis, proxyBases } from './proxy-basis.table.js';

interface Relation {
  readonly extension?: readonly { readonly url: string; readonly valueCode?: string | undefined }[] | undefined;
}

type Own = Pick<OwnCanonicals, 'structure'>;

const codesOf = ({ extension = [] }: Relation, name: string, own: Own): string[] | undefined => {
  const found = extension.filter(({ url }) => url === own.structure(name));
  return found.length === 0 ? undefined : found.flatMap(({ valueCode }) => valueCode ?? []);
};

/** A code of `proxy-basis`; undefined where none is known. */
export const basisOf = (relation: Relation, own: Own): string | undefined => codesOf(relation, 'proxy-basis', own)?.[0];

/** What a basis allows; undefined: all. A basis that is not known here allows nothing. */
export function functionsAllowed(basis: string | undefined): ReadonlySet<string> | undefined {
  if (basis === undefined) return undefined;
  return new Set(isProxyBasis(basis) ? proxyBases[basis] : []);
}

/** The codes (code system `proxy-function`) that a relation includes; undefined where nothing limits it. */
export function functionsNamed(relation: Relation, own: Own): ReadonlySet<string> | undefined {
  const named = codesOf(relation, 'proxy-function', own);
  const allowed = functionsAllowed(basisOf(relation, own));
  if (named === undefined) return allowed;
  return new Set(allowed ? named.filter(name => allowed.has(name)) : named);
}
