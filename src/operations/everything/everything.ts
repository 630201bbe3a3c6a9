/**
 * Patient/$everything: the compartment of a patient and the resources that it refers to, with the compartments of other
 * records of the same person (links `seealso`). https://hl7.org/fhir/R4/patient-operation-everything.html
 */
import type { Bundle } from 'fhir/r4.js';
import { boundedPage, charactersOf, countFitting, readParts } from '../../content/bounded-page.js';
import { shownText } from '../../content/text.js';
import type { Endpoint } from '../../definitions/endpoint.js';
import { bundleText, type BundleEntry } from '../../fhir/bundle.js';
import { Fault } from '../../fhir/fault.js';
import { parseJsonInSlices, parseStored } from '../../fhir/json.js';
import { UNLIMITED } from '../../fhir/size.js';
import { createBreather } from '../../runtime/breather.js';
import { localReference } from '../../fhir/reference.js';
import type { Resource } from '../../fhir/resource.js';
import { assertElements, parseView, project, type View } from '../../formats/summary.js';
import { byType, referencesFor } from '../../search/include.js';
import { NONE, not } from '../../search/filters.js';
import type { Filter } from '../../search/query.js';
import { dateInterval } from '../../search/types/date.js';
import type { Context, Operation, HandlerParts } from '../../service.js';
import type { Key, Version } from '../../store/port.js';
import type { PatientEverythingInput, PatientEverythingOutput } from '../types.js';
import { inPeriod, membersOf } from './members.js';
import { linksOf, markOf, MAX_INCLUDED, requestedPage, type Selection } from './page-link.js';
import { defined } from '../../fhir/defined.js';

export type EverythingParts = Pick<HandlerParts, 'definitions' | 'registry' | 'limits' | 'cursors' | 'blobs'>;

export const createEverything = (
  parts: EverythingParts,
): Operation<PatientEverythingInput, PatientEverythingOutput> => ({
  definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
  readOnly: true,
  async handler(input, context) {
    const { selection, after, included } = requestedPage(context, selectionOf(input, context, parts), parts);
    const { store, partition, request, endpoint } = context;
    const { types, count: limit, view } = selection;
    const patients = await recordsOf(context, selection.patient);
    const of = membersOf(parts, endpoint, patients, types).map(one => inPeriod(one, selection, parts.registry));
    const page = await boundedPage(
      search => store.search(search),
      {
        ...{ partition, of, sort: [], limit, deadline: request.deadline },
        ...defined({ after }),
      },
      request,
    );
    const others = await referenced(context, page.rows, { of, types, included: new Set(included) }, parts);
    const entries: BundleEntry[] = [];
    const breathe = createBreather();
    for (const [rows, mode] of [
      [page.rows, 'match'],
      [others, 'include'],
    ] as const) {
      for (const row of rows) {
        entries.push(await entryOf(row, mode, view, endpoint, parts));
        await breathe();
      }
    }
    const marks = [...included, ...others.map(({ key }) => markOf(key))].slice(-MAX_INCLUDED);
    const link = linksOf(context, { selection, included: marks, ...defined({ after: page.next }) }, parts);
    const text = bundleText({ type: 'searchset', link }, entries);
    const bundle = await parseJsonInSlices(text, { ...UNLIMITED, maxDepth: Infinity }, breathe);
    return { output: { return: bundle as unknown as Bundle } };
  },
});

function selectionOf(
  input: PatientEverythingInput,
  context: Context,
  { limits, definitions }: EverythingParts,
): Selection {
  const { start, end, _since, _type, _count = limits.maxPageSize } = input;
  if (_count < 1) throw new Fault('invalid', '_count must be 1 or more.', { code: 'value' });
  const view = parseView(context.request.query);
  if (view && !context.lenient) assertElements(definitions, view, [...context.endpoint.resources.keys()]);
  const since = _since === undefined ? undefined : dateInterval(_since)?.lo;
  return {
    patient: patientOf(context),
    types: typesOf(_type, context),
    count: Math.min(_count, limits.maxPageSize),
    ...defined({ view, since, start, end }),
  };
}

/** At type level a patient's token means the patient; a system must name one. */
function patientOf({ route, actor }: Context): string {
  const id = route.id ?? actor.self;
  if (id === undefined) throw new Fault('invalid', 'Name the patient: Patient/[id]/$everything.', { code: 'required' });
  return id;
}

function typesOf(listed: readonly string[] | undefined, { endpoint }: Context): string[] | undefined {
  if (listed === undefined) return undefined;
  const types = listed.flatMap(text => text.split(','));
  if (types.every(type => endpoint.resources.has(type))) return types;
  throw new Fault('invalid', '_type names a type that is not served here.', { code: 'not-supported' });
}

/** Ids of the patient and of the Patients that `link` names as records of the same person. Faults `not-found`, `gone`. */
async function recordsOf({ store, partition, endpoint }: Context, id: string): Promise<string[]> {
  const [patient] = await store.read([{ partition, type: 'Patient', id }]);
  if (!patient) throw new Fault('not-found', `There is no Patient/${id}.`);
  if (patient.deleted) throw new Fault('gone', `Patient/${id} has been deleted.`);
  const { link = [] } = parseStored<Resource & { link?: { type?: string; other?: { reference?: string } }[] }>(
    patient.json,
  );
  const same = link.filter(({ type }) => type === 'seealso');
  const others = same.map(({ other }) => localReference(other?.reference ?? '', [endpoint.url]));
  return [...new Set([id, ...others.flatMap(one => (one?.type === 'Patient' ? [one.id] : []))])];
}

interface Pages {
  /** The compartment, which has pages of its own. */
  of: readonly { type: string; where: Filter }[];
  /** The types that the caller selected. */
  types: readonly string[] | undefined;
  /** Marks of the resources that earlier pages included. */
  included: ReadonlySet<string>;
}

/** The resources outside the compartment that a page refers to: practitioners, organizations, medications. */
async function referenced(
  context: Context,
  rows: readonly Version[],
  { of, types, included }: Pages,
  { registry, limits }: EverythingParts,
): Promise<Version[]> {
  const { endpoint, store, partition } = context;
  const all = { source: '*', param: '*', iterate: false, wildcard: true, follows: () => true };
  const there = new Set(rows.map(({ key }) => `${key.type}/${key.id}`));
  const resources = rows.map(({ json }) => parseStored<Resource>(json));
  const names = referencesFor(all, byType(resources), registry, [endpoint.url]);
  const keys = [...new Set(names)].flatMap((name): Key[] => {
    const [type = '', id = ''] = name.split('/');
    const key = { partition, type, id };
    const wanted = types?.includes(type) ?? endpoint.resources.has(type);
    return wanted && type !== 'Patient' && !there.has(name) && !included.has(markOf(key)) ? [key] : [];
  });
  const members = new Map(of.map(({ type, where }) => [type, where]));
  const wanted = keys.slice(0, limits.maxIncludes);
  const others: Version[] = [];
  const size = charactersOf(rows);
  for await (const found of readParts(store, wanted, context.request, type => not(members.get(type) ?? NONE))) {
    const live = found.filter(version => version !== undefined && !version.deleted) as Version[];
    const fitting = countFitting(live, size + charactersOf(others));
    others.push(...live.slice(0, fitting));
    if (fitting < live.length) break;
  }
  return others;
}

async function entryOf(
  version: Version,
  mode: 'match' | 'include',
  view: View | undefined,
  { url }: Endpoint,
  { blobs, definitions }: EverythingParts,
): Promise<BundleEntry> {
  const { type, id } = version.key;
  const text = await shownText(blobs, version);
  const json = view ? JSON.stringify(project(parseStored<Resource>(text), view, definitions)) : text;
  return { fullUrl: `${url}/${type}/${id}`, json, search: { mode } };
}
