/** $validate in all its forms. https://hl7.org/fhir/R4/resource-operation-validate.html */
import type { Route } from '../../definitions/endpoint.js';
import { Fault, type Issue } from '../../fhir/fault.js';
import { parseStored } from '../../fhir/json.js';
import { outcomeOf } from '../../fhir/outcome.js';
import { typed, type Resource } from '../../fhir/resource.js';
import type { Context, Operation, OperationAnswer, HandlerParts } from '../../service.js';
import type { ResourceValidateInput, ResourceValidateOutput } from '../types.js';

const MODES = new Set(['create', 'update', 'delete', 'profile']);

export type ValidateParts = Pick<HandlerParts, 'definitionsFor' | 'validator'>;

export const createValidate = ({
  definitionsFor,
  validator,
}: ValidateParts): Operation<ResourceValidateInput, ResourceValidateOutput> => ({
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  readOnly: true,
  async handler({ resource, mode, profile }, context) {
    if (mode !== undefined && !MODES.has(mode)) {
      throw new Fault('invalid', 'mode must be create, update, delete or profile.', { code: 'value' });
    }
    if (mode === 'delete') return outcome(await deletable(context));
    const subject = resource ?? (await stored(context));
    const profiles = profile === undefined ? [] : [profile];
    const definitions = await definitionsFor(context, subject, profiles);
    for (const canonical of profiles) checkProfile(definitions.structure(canonical), context.route);
    return outcome([...placement(subject, mode, context), ...validator.validate(subject, { profiles, definitions })]);
  },
});

function checkProfile(structure: Resource | undefined, { type }: Route): void {
  if (!structure) throw new Fault('invalid', 'This server does not know that profile.', { code: 'not-found' });
  if (structure['type'] !== type) {
    throw new Fault('invalid', 'That profile is for another type of resource.', { code: 'value' });
  }
}

/** The resource that the path names. Faults `invalid`, `not-found`. */
async function stored(context: Context): Promise<Resource> {
  const { type = '', id } = context.route;
  if (id === undefined) throw new Fault('invalid', 'There is no resource to validate.', { code: 'required' });
  const [version] = await context.store.read([{ partition: context.partition, type, id }]);
  if (!version || version.deleted) throw new Fault('not-found', `There is no ${type}/${id}.`);
  return parseStored<Resource>(version.json);
}

/** Issues of the place of a resource: its type and id against the path, the mode against the endpoint. */
function placement(resource: Resource, mode: string | undefined, { route, endpoint }: Context): Issue[] {
  const issues: Issue[] = [];
  if (resource.resourceType !== route.type) {
    issues.push(error('invalid', `The resource is no ${route.type ?? ''}.`, resource.resourceType));
  }
  if (mode === 'update' && (resource.id === undefined || (route.id !== undefined && resource.id !== route.id))) {
    issues.push(error('invalid', 'An update must have the id that its path names.', `${resource.resourceType}.id`));
  }
  const needed = mode === 'create' || mode === 'update' ? mode : undefined;
  if (needed && !endpoint.resources.get(resource.resourceType)?.interactions.has(needed)) {
    issues.push(error('not-supported', `This endpoint does not offer to ${needed} it.`, resource.resourceType));
  }
  return issues;
}

async function deletable(context: Context): Promise<Issue[]> {
  const { type = '', id } = context.route;
  if (id === undefined) throw new Fault('invalid', 'mode=delete is for a resource that is there.', { code: 'value' });
  const { resourceType } = await stored(context);
  const offered = context.endpoint.resources.get(type)?.interactions.has('delete') ?? false;
  return offered ? [] : [error('not-supported', 'This endpoint does not offer to delete it.', resourceType)];
}

const error = (code: string, diagnostics: string, expression: string): Issue => ({
  severity: 'error',
  code,
  diagnostics,
  expression,
});

/** The status is always 200: the outcome is the answer. */
function outcome(issues: readonly Issue[]): OperationAnswer<ResourceValidateOutput> {
  const fine: Issue = { severity: 'information', code: 'informational', diagnostics: 'No issues were found.' };
  return { output: { return: typed(outcomeOf(issues.length === 0 ? [fine] : issues)) } };
}
