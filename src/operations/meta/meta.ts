/** $meta, $meta-add, $meta-delete. https://hl7.org/fhir/R4/resource-operation-meta.html */
import type { Coding, Meta } from 'fhir/r4.js';
import { Fault } from '../../fhir/fault.js';
import { parseStored } from '../../fhir/json.js';
import { asJson, type Resource } from '../../fhir/resource.js';
import type { Context, Operation, OperationAnswer, Writing } from '../../service.js';
import type { Version } from '../../store/port.js';
import { sentBy } from '../../writing/draft.js';
import type {
  ResourceMetaAddInput,
  ResourceMetaAddOutput,
  ResourceMetaDeleteInput,
  ResourceMetaDeleteOutput,
  ResourceMetaInput,
  ResourceMetaOutput,
} from '../types.js';

const HL7 = 'http://hl7.org/fhir/OperationDefinition/Resource-';
/** Resources whose labels the system and type levels collect. */
const MAX_SEEN = 1000;

/** The parts of a Meta that these operations read, add and remove. */
interface Labels {
  profile: string[];
  security: Coding[];
  tag: Coding[];
}

const labelsOf = ({ profile = [], security = [], tag = [] }: Meta = {}): Labels => ({ profile, security, tag });

export const createMeta = (): Operation<ResourceMetaInput, ResourceMetaOutput> => ({
  definition: `${HL7}meta`,
  readOnly: true,
  async handler(_input, context) {
    const { id } = context.route;
    const metas = id === undefined ? await inUse(context) : [(await existing(context)).meta];
    const all = metas.map(labelsOf).reduce(union, labelsOf());
    return { output: { return: withContent({ ...(id === undefined ? {} : metas[0]), ...compact(all) }) } };
  },
});

export interface MetaParts {
  writing: Writing;
}

export const createMetaAdd = ({ writing }: MetaParts): Operation<ResourceMetaAddInput, ResourceMetaAddOutput> => ({
  definition: `${HL7}meta-add`,
  handler: ({ meta }, context) => change(context, writing, given => union(given, labelsOf(meta))),
});

export const createMetaDelete = ({
  writing,
}: MetaParts): Operation<ResourceMetaDeleteInput, ResourceMetaDeleteOutput> => ({
  definition: `${HL7}meta-delete`,
  handler: ({ meta }, context) => change(context, writing, given => without(given, labelsOf(meta))),
});

/** A new version with the labels edited; none where the edit changes nothing. */
async function change(
  context: Context,
  writing: Writing,
  edit: (labels: Labels) => Labels,
): Promise<OperationAnswer<{ return: Meta }>> {
  const { version, resource, meta = {} } = await existing(context);
  const before = labelsOf(meta);
  const after = edit(before);
  if (JSON.stringify(before) === JSON.stringify(after)) return { output: { return: meta } };
  const { profile: _profile, security: _security, tag: _tag, ...rest } = meta;
  const changed = { ...resource, meta: { ...rest, ...compact(after) } };
  const draft = sentBy(context, { resource: asJson(changed), previous: version, method: 'PUT' });
  const { put, changes } = await writing.write({ ...draft, references: 'trusted' }, context);
  return { output: { return: metaOf(put) ?? {} }, changes };
}

const metaOf = ({ json }: Pick<Version, 'json'>): Meta | undefined => parseStored<{ meta?: Meta }>(json).meta;

interface Existing {
  version: Version;
  resource: Resource;
  meta: Meta | undefined;
}

async function existing(context: Context): Promise<Existing> {
  const { type = '', id = '' } = context.route;
  const [version] = await context.store.read([{ partition: context.partition, type, id }]);
  if (!version) throw new Fault('not-found', `There is no ${type}/${id}.`);
  if (version.deleted) throw new Fault('gone', `${type}/${id} has been deleted.`);
  return { version, resource: parseStored<Resource>(version.json), meta: metaOf(version) };
}

/** The Metas of the resources that the caller sees, of one type or of all. */
async function inUse({ store, partition, route, endpoint, request }: Context): Promise<(Meta | undefined)[]> {
  const types = route.type === undefined ? [...endpoint.resources.keys()] : [route.type];
  const of = types.map(type => ({ type, where: { kind: 'all' as const } }));
  const page = await store.search({ partition, of, sort: [], limit: MAX_SEEN, deadline: request.deadline });
  return page.rows.map(metaOf);
}

const nameOf = ({ system, code }: Coding): string => JSON.stringify([system, code]);

function union(one: Labels, other: Labels): Labels {
  const codings = (a: Coding[], b: Coding[]): Coding[] => [
    ...a,
    ...b.filter(coding => !a.some(known => nameOf(known) === nameOf(coding))),
  ];
  return {
    profile: [...new Set([...one.profile, ...other.profile])],
    security: codings(one.security, other.security),
    tag: codings(one.tag, other.tag),
  };
}

function without(one: Labels, gone: Labels): Labels {
  const rest = (a: Coding[], b: Coding[]): Coding[] =>
    a.filter(coding => !b.some(other => nameOf(other) === nameOf(coding)));
  return {
    profile: one.profile.filter(profile => !gone.profile.includes(profile)),
    security: rest(one.security, gone.security),
    tag: rest(one.tag, gone.tag),
  };
}

const ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

/** FHIR has no empty objects: where no label is in use, the answer says so. */
const withContent = (meta: Meta): Meta =>
  Object.keys(meta).length > 0 ? meta : { extension: [{ url: ABSENT, valueCode: 'not-applicable' }] };

/** FHIR has no empty arrays. */
const compact = ({ profile, security, tag }: Labels): Partial<Labels> => ({
  ...(profile.length > 0 ? { profile } : {}),
  ...(security.length > 0 ? { security } : {}),
  ...(tag.length > 0 ? { tag } : {}),
});
