/**
 * Differential → snapshot, for profiles that are written as differentials only. Elements are found by id; children of a
 * data type are copied in when a differential reaches into them.
 * https://hl7.org/fhir/R4/profiling.html#snapshot
 */
import type { Json, JsonObject } from '../fhir/resource.js';
import { typesOf, type ElementDefinition, type StructureDefinition } from './slim.js';

type Lookup = (canonical: string) => StructureDefinition | undefined;

/**
 * The profile with its snapshot; unchanged if it has one.
 * @throws Error when its base, or an element that the differential names, is not defined.
 */
export function withSnapshot(profile: StructureDefinition, lookup: Lookup): StructureDefinition {
  if (profile.snapshot) return profile;
  const base = profile.baseDefinition ? lookup(profile.baseDefinition) : undefined;
  if (!base) throw new Error(`${profile.url}: unknown base ${profile.baseDefinition ?? '(none)'}`);
  const elements = withSnapshot(base, lookup).snapshot!.element.map(element => ({ ...element }));
  for (const written of profile.differential?.element ?? []) {
    const change = withChoices(written, elements);
    Object.assign(elements[locate(elements, change.id, lookup, profile.url)]!, merged(elements, change));
  }
  return { ...profile, snapshot: { element: elements } };
}

/** `value[x]` of one type may be written as `valueQuantity`: it is a slice of `value[x]`, of that type. */
function withChoices(change: ElementDefinition, elements: readonly ElementDefinition[]): ElementDefinition {
  let id = '';
  let type: JsonObject | undefined;
  for (const segment of change.id.split('.')) {
    const here = id === '' ? segment : `${id}.${segment}`;
    const choice = elements.some(element => element.id === here) ? undefined : choiceOf(id, segment, elements);
    id = choice ? `${id}.${choice.name}[x]:${segment}` : here;
    type = choice?.type;
  }
  if (id === change.id) return change;
  const path = change.path.includes('[x]') || !type ? change.path : pathOf(id);
  return { ...change, id, path, ...(type && !('type' in change) && { type: [type] }) };
}

/** An id without its slices' names. */
const pathOf = (id: string): string => id.replaceAll(/:[^.]+/g, '');

/** The choice below an element that a name with a type stands for. */
function choiceOf(
  parent: string,
  segment: string,
  elements: readonly ElementDefinition[],
): { name: string; type: JsonObject } | undefined {
  const prefix = `${pathOf(parent)}.`;
  for (const { path, ...element } of elements) {
    const name = path.startsWith(prefix) && path.endsWith('[x]') ? path.slice(prefix.length, -'[x]'.length) : undefined;
    if (name === undefined || !segment.startsWith(name)) continue;
    const types = (element['type'] as (JsonObject & { code: string })[] | undefined) ?? [];
    const type = types.find(({ code }) => code.toLowerCase() === segment.slice(name.length).toLowerCase());
    if (type) return { name, type };
  }
  return undefined;
}

function merged(elements: readonly ElementDefinition[], change: ElementDefinition): ElementDefinition {
  const before = elements.find(({ id }) => id === change.id)!;
  const list = (element: ElementDefinition): Json[] => (element['constraint'] as Json[] | undefined) ?? [];
  const constraint = [...list(before), ...list(change)];
  const binding = change['binding'] && { ...(before['binding'] as JsonObject), ...(change['binding'] as JsonObject) };
  return { ...before, ...change, ...(binding && { binding }), ...(constraint.length > 0 && { constraint }) };
}

/** Where the element with this id is; makes it (a slice, or a child of a data type) where it is not there yet. */
function locate(elements: ElementDefinition[], id: string, lookup: Lookup, url: string): number {
  const found = elements.findIndex(element => element.id === id);
  if (found >= 0) return found;
  const slice = /^(.*):([^:.]+)$/.exec(id);
  if (slice) return addSlice(elements, locate(elements, slice[1]!, lookup, url), id, slice[2]!);
  const parent = id.slice(0, id.lastIndexOf('.'));
  if (!parent.includes('.')) throw new Error(`${url}: no element ${id}`);
  addChildren(elements, locate(elements, parent, lookup, url), lookup);
  const added = elements.findIndex(element => element.id === id);
  if (added < 0) throw new Error(`${url}: no element ${id}`);
  return added;
}

/** Copies the element at this place as a slice, behind its own children and the slices before. */
function addSlice(elements: ElementDefinition[], at: number, id: string, sliceName: string): number {
  const of = elements[at]!;
  let end = at + 1;
  while (elements[end] && /^[.:]/.test(elements[end]!.id.slice(of.id.length)) && elements[end]!.id.startsWith(of.id)) {
    end += 1;
  }
  const { slicing: _slicing, ...copy } = of as ElementDefinition & { slicing?: Json };
  elements.splice(end, 0, { ...copy, id, sliceName, min: 0 });
  return end;
}

function addChildren(elements: ElementDefinition[], at: number, lookup: Lookup): void {
  const parent = elements[at]!;
  const source = childrenOf(elements, parent, lookup);
  const children = source.elements.map(child => ({
    ...child,
    id: parent.id + child.id.slice(source.id.length),
    path: parent.path + child.path.slice(source.path.length),
  }));
  elements.splice(at + 1, 0, ...children);
}

/** The children that an element has by definition: those of the element it slices or repeats, else those of its one type. */
function childrenOf(
  elements: readonly ElementDefinition[],
  parent: ElementDefinition,
  lookup: Lookup,
): { id: string; path: string; elements: ElementDefinition[] } {
  const unsliced = parent.sliceName ? parent.id.slice(0, parent.id.lastIndexOf(':')) : undefined;
  const inPlace = unsliced ? elements.filter(({ id }) => id.startsWith(`${unsliced}.`)) : [];
  if (inPlace.length > 0) return { id: unsliced!, path: parent.path, elements: inPlace };
  const like = parent.contentReference?.slice(parent.contentReference.indexOf('#') + 1);
  if (like) {
    const repeated = elements.filter(({ id }) => id.startsWith(`${like}.`) && !id.includes(':'));
    return { id: like, path: like, elements: repeated };
  }
  const type = typesOf(parent)[0];
  const canonical = type?.profiles?.[0] ?? `http://hl7.org/fhir/StructureDefinition/${type?.code ?? ''}`;
  const definition = lookup(canonical);
  if (!definition) throw new Error(`${parent.id}: unknown type ${canonical}`);
  const [root, ...rest] = withSnapshot(definition, lookup).snapshot!.element;
  return { id: root!.id, path: root!.path, elements: rest };
}
