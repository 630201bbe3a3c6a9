/** The Definitions that the build made (dist/generated/definitions) and packages add. Opening reads next to nothing. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { withoutVersion } from '../fhir/canonical.js';
import { FILE_BASE, ownCanonicals, type OwnCanonicals } from '../fhir/own-canonicals.js';
import { Cache } from '../runtime/cache.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import { openArchive, type Archive } from './archive.js';
import type { Definitions, Element, TypeDefinition } from './definitions.js';
import { expand, systemCodes } from './expand.js';
import { openPackage } from './package.js';
import { slimSearchParameter, type StructureDefinition } from './slim.js';
import { withSnapshot } from './snapshot.js';

const compartments = 'http://hl7.org/fhir/CompartmentDefinition/';

/** Remembers the answers used last, by key without `|version`. */
function memo<T>(make: (key: string) => T, size = 2000): (key: string) => T {
  const kept = new Cache<T>(size);
  return canonical => {
    const key = withoutVersion(canonical);
    return kept.getOrMake(key, () => make(key));
  };
}

/** Whole definitions kept in memory: more than all profiles and code systems that a busy server meets. */
const kept = 600;

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/**
 * @param root the project's folder, with dist/generated in it
 * @param packages paths of FHIR packages (.tgz); a later one wins where two define one URL, HL7's own always win
 * @param own names of the portal's own definitions
 * @throws Error naming the file when the build's output or a package cannot be read
 */
export function loadDefinitions(
  root: string,
  packages: readonly string[] = [],
  own = ownCanonicals(FILE_BASE),
): Definitions {
  const folder = path.join(root, 'dist/generated/definitions');
  const archives = [openArchive(path.join(folder, 'resources'), own), ...packages.map(openPackage).reverse()];
  const types = readJson(path.join(folder, 'types.json')) as Pick<TypeDefinition, 'name' | 'kind' | 'abstract'>[];
  const names = new Set(types.map(({ name }) => name));
  const concrete = types
    .filter(({ kind, abstract }) => kind === 'resource' && !abstract)
    .map(({ name }) => name)
    .sort();
  const concreteSet = new Set(concrete);
  const type = memo((name): TypeDefinition | undefined =>
    names.has(name) ? (readJson(path.join(folder, 'types', `${name}.json`)) as TypeDefinition) : undefined,
  );
  return {
    own,
    resourceTypes: concrete,
    isResourceType: name => concreteSet.has(name),
    type,
    elements: name => type(name)?.children ?? [],
    childrenOf: element => childrenOf(element, type),
    searchParameters: searchParametersOf(folder, archives.slice(1), own),
    profiles: profilesOf(archives.slice(1)),
    ...canonicalResources(archives),
  };
}

function childrenOf(element: Element, type: Definitions['type']): readonly Element[] {
  if (element.children) return element.children;
  if (element.contentReference) {
    const [root, ...names] = element.contentReference.split('.');
    let children = type(root!)!.children;
    for (const name of names) children = children.find(child => child.name === name)!.children!;
    return children;
  }
  const only = element.types.length === 1 ? type(element.types[0]!.code) : undefined;
  return only && only.kind !== 'primitive' ? only.children : [];
}

function searchParametersOf(
  folder: string,
  packages: readonly Archive[],
  own: OwnCanonicals,
): Definitions['searchParameters'] {
  let all: readonly JsonObject[] | undefined;
  const file = path.join(folder, 'search-parameters.json');
  const ours = (): JsonObject[] => JSON.parse(own.fromFile(readFileSync(file, 'utf8'))) as JsonObject[];
  const added = (archive: Archive): JsonObject[] =>
    archive.list('SearchParameter').map(url => slimSearchParameter(archive.get(url)!));
  return () => (all ??= [...ours(), ...packages.flatMap(added)]);
}

/** Told by the packages' indexes; nothing is parsed. */
const profilesOf = (packages: readonly Archive[]): Definitions['profiles'] =>
  packages.flatMap(archive => archive.profiles ?? []);

type CanonicalPart = Omit<
  Definitions,
  'own' | 'resourceTypes' | 'isResourceType' | 'type' | 'elements' | 'childrenOf' | 'searchParameters' | 'profiles'
>;

function canonicalResources(archives: readonly Archive[]): CanonicalPart {
  const find = memo((url): Resource | undefined => {
    for (const archive of archives) {
      const found = archive.get(url);
      if (found) return found.resourceType === 'StructureDefinition' ? snapshotOf(found) : found;
    }
    return undefined;
  }, kept);
  const snapshotOf = (found: Resource): Resource => {
    try {
      return withSnapshot(found as StructureDefinition, url => find(url) as StructureDefinition | undefined);
    } catch {
      return found; // a package's profile on what is not loaded: it can be read, and not be validated against
    }
  };
  const ofType = (resourceType: string) => (canonical: string) => {
    const found = find(canonical);
    return found?.resourceType === resourceType ? found : undefined;
  };
  const codeSystem = ofType('CodeSystem');
  const valueSet = ofType('ValueSet');
  const expansion = memo(url => expand(url, { valueSet, codeSystem }));
  return {
    structure: ofType('StructureDefinition'),
    operation: ofType('OperationDefinition'),
    valueSet,
    codeSystem,
    compartment: code => find(`${compartments}${code.charAt(0).toLowerCase()}${code.slice(1)}`),
    resolve: find,
    canonicals: type => [...new Set(archives.flatMap(archive => archive.list(type)))].sort(),
    expansion,
    codes: url => {
      const found = expansion(url);
      return found?.open.size === 0 ? found.codes : undefined;
    },
    systemCodes: memo(system => systemCodes(system, { valueSet, codeSystem })),
  };
}
