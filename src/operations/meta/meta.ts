/** $meta, $meta-add, $meta-delete. https://hl7.org/fhir/R4/resource-operation-meta.html */
import { Fault } from '../../fhir/fault.js';
import { parseStored } from '../../fhir/json.js';
import type { JsonObject, Meta, Resource } from '../../fhir/resource.js';
import type { Context, Operation } from '../../service.js';
import type { Version } from '../../store/port.js';
import { sentBy } from '../../writing/draft.js';

const HL7 = 'http://hl7.org/fhir/OperationDefinition/Resource-';
/** Resources that the system and type levels look through. */
const MAX_SEEN = 1000;

/** What of a Meta may be asked for, added and taken away. */
interface Labels {
  profile: string[];
  security: JsonObject[];
  tag: JsonObject[];
}

const labelsOf = (meta: JsonObject | undefined): Labels => ({
  profile: (meta?.['profile'] ?? []) as string[],
  security: (meta?.['security'] ?? []) as JsonObject[],
  tag: (meta?.['tag'] ?? []) as JsonObject[],
});

export const meta: Operation = {
  definition: `${HL7}meta`,
  readOnly: true,
  async handler(_input, context) {
    const { id } = context.route;
    const metas = id === undefined ? await inUse(context) : [(await existing(context)).resource.meta];
    const all = metas.map(labelsOf).reduce(union, labelsOf(undefined));
    return { output: { return: withContent({ ...(id === undefined ? {} : metas[0]), ...compact(all) }) } };
  },
};

export const metaAdd: Operation = {
  definition: `${HL7}meta-add`,
  handler: (input, context) => change(context, given => union(given, labelsOf(input['meta'] as JsonObject))),
};

export const metaDelete: Operation = {
  definition: `${HL7}meta-delete`,
  handler: (input, context) => change(context, given => without(given, labelsOf(input['meta'] as JsonObject))),
};

/** Labels are changed without a new version where nothing changes. */
async function change(context: Context, edit: (labels: Labels) => Labels) {
  const { version, resource } = await existing(context);
  const before = labelsOf(resource.meta);
  const after = edit(before);
  const { profile: _profile, security: _security, tag: _tag, ...rest } = resource.meta ?? {};
  const changed: Meta = { ...rest, ...compact(after) };
  if (JSON.stringify(before) === JSON.stringify(after)) return { output: { return: resource.meta ?? {} } };
  const draft = sentBy(context, { resource: { ...resource, meta: changed }, previous: version, method: 'PUT' });
  const { put, changes } = await context.services.writing.write({ ...draft, references: 'trusted' }, context);
  return { output: { return: parseStored<Resource>(put.json).meta }, changes };
}

async function existing(context: Context): Promise<{ version: Version; resource: Resource }> {
  const { type = '', id = '' } = context.route;
  const [version] = await context.store.read([{ partition: context.partition, type, id }]);
  if (!version) throw new Fault('not-found', `There is no ${type}/${id}.`);
  if (version.deleted) throw new Fault('gone', `${type}/${id} has been deleted.`);
  return { version, resource: parseStored<Resource>(version.json) };
}

/** The labels of what the caller sees, of one type or all. */
async function inUse({ store, partition, route, endpoint, request }: Context): Promise<(JsonObject | undefined)[]> {
  const types = route.type === undefined ? [...endpoint.resources.keys()] : [route.type];
  const of = types.map(type => ({ type, where: { kind: 'all' as const } }));
  const page = await store.search({ partition, of, sort: [], limit: MAX_SEEN, deadline: request.deadline });
  return page.rows.map(({ json }) => parseStored<Resource>(json).meta);
}

const nameOf = ({ system, code }: JsonObject): string => JSON.stringify([system, code]);

function union(one: Labels, other: Labels): Labels {
  const codings = (a: JsonObject[], b: JsonObject[]): JsonObject[] => [
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
  const rest = (a: JsonObject[], b: JsonObject[]): JsonObject[] =>
    a.filter(coding => !b.some(other => nameOf(other) === nameOf(coding)));
  return {
    profile: one.profile.filter(profile => !gone.profile.includes(profile)),
    security: rest(one.security, gone.security),
    tag: rest(one.tag, gone.tag),
  };
}

const ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

/** FHIR has no empty objects: where no label is in use, the answer says so. */
const withContent = (meta: JsonObject): JsonObject =>
  Object.keys(meta).length > 0 ? meta : { extension: [{ url: ABSENT, valueCode: 'not-applicable' }] };

/** FHIR has no empty arrays. */
const compact = ({ profile, security, tag }: Labels): JsonObject => ({
  ...(profile.length > 0 ? { profile } : {}),
  ...(security.length > 0 ? { security } : {}),
  ...(tag.length > 0 ? { tag } : {}),
});
