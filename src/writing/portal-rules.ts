/** The portal's rules for plain REST writes, by type. */
import type { Basic, Task } from 'fhir/r4.js';
import { CONFIGURATION_ID } from '../configuration/resource.js';
import { refuseWritesOff } from '../configuration/switches.js';
import type { Definitions } from '../definitions/definitions.js';
import type { Endpoint } from '../definitions/endpoint.js';
import { Fault } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { typed, type Resource } from '../fhir/resource.js';
import type { Effect } from '../portal/effect.js';
import type { Criterion } from '../store/port.js';
import { step } from '../portal/step.js';
import { judge, type AnyWorkflow, type Moving, type Stateful } from '../portal/workflow.js';
import { workflows } from '../portal/workflows.js';
import type { Context, WriteRule } from '../service.js';
import { configurationRule, refuseRemovalOfConfiguration } from './configuration-rule.js';
import { actingRule } from './acting-rule.js';
import { accountRule } from './account-rule.js';
import { consentRule } from './consent-rule.js';
import { favouritesRule } from './favourites-rule.js';
import { uploadRule, withFilesOf } from './file-rules.js';
import { measurementRule } from './measurement-rule.js';
import { messageRule, refuseRemoval } from './message-rule.js';
import { organizationRule } from './organization-rule.js';
import { relationRule } from './relation-rule.js';
import { patientRule } from './patient-rule.js';
import { withPreferences } from './preference-rule.js';
import { profileRule } from './profile-rule.js';
import type { PortalRuleParts } from './portal-rule-parts.js';
import { isTranslation } from '../texts/translation.js';
import { translationRule } from './translation-rule.js';
import { activityRule } from './activity-rule.js';
import { readerOf } from './workflow-reader.js';

/** The rule for a type at an endpoint; undefined for most types, and at endpoints without workflows. */
export type PortalRules = (type: string, endpoint: Endpoint) => WriteRule | undefined;

export function createPortalRules(parts: PortalRuleParts): PortalRules {
  const { own } = parts.definitions;
  const tables = workflows(own);
  const governed = new Set<string>(tables.map(({ resource }) => resource));
  const update: WriteRule = (resource, previous, context) => judged(resource, previous, context, { ...parts, tables });
  const message = configuredOnce(parts, at => whileOn(withFilesOf(messageRule(at), at), at));
  return (type, endpoint) => {
    if (!endpoint.workflows) return undefined;
    if (type === 'Basic') return basicRule(parts);
    if (type === 'ActivityDefinition') return activityRule(parts);
    if (type === 'Organization') return organizationRule(parts);
    if (type === 'Consent') return actingRule(consentRule(parts), parts);
    if (type === 'Binary') return whileOn(uploadRule(parts), parts);
    if (type === 'List') return favouritesRule(parts);
    if (type === 'Observation') return whileOn(measurementRule(parts), parts);
    if (type === 'Patient')
      return actingRule(whileOn(profileRule(withPreferences(patientRule(parts), own), parts), parts), parts);
    if (!governed.has(type)) return undefined;
    if (type === 'Person') return accountRule(withPreferences(update, own), parts);
    if (type === 'RelatedPerson') return relationRule(update, parts);
    if (type === 'Task') return reviewedByStaff(update, own);
    return type === 'Communication' ? message : update;
  };
}

/** The portal's rule for deletions. */
export const portalRemoval =
  ({ own }: Pick<Definitions, 'own'>) =>
  (resource: Resource, endpoint: Endpoint): void => {
    if (!endpoint.workflows) return;
    if (resource.resourceType === 'Communication') refuseRemoval(resource, own);
    if (resource.resourceType === 'Basic') refuseRemovalOfConfiguration(resource);
  };

/** A Basic is the configuration, or a translation, and stays what it is. */
function basicRule(parts: PortalRuleParts): WriteRule {
  const [configuration, translation] = [configurationRule(parts), translationRule(parts)];
  const { own } = parts.definitions;
  return (resource, previous, context) => {
    const one = typed<Basic>(resource);
    const isOther = one.id !== CONFIGURATION_ID && isTranslation(one, own);
    return (isOther ? translation : configuration)(resource, previous, context);
  };
}

/** The configuration is read once a write: each part of a rule decides by the same version of it. */
const configuredOnce =
  (parts: PortalRuleParts, rule: (parts: PortalRuleParts) => WriteRule): WriteRule =>
  async (resource, previous, context) => {
    const now = await parts.configuration();
    return rule({ ...parts, configuration: () => Promise.resolve(now) })(resource, previous, context);
  };

/** A write of what is switched off is refused, by the resource as it was sent, and as it would be stored. */
const whileOn =
  (rule: WriteRule, { configuration, definitions }: PortalRuleParts): WriteRule =>
  async (resource, previous, context) => {
    const refuse = async (one: Resource): Promise<void> =>
      refuseWritesOff(await configuration(), context.actor, one, definitions.own);
    await refuse(resource);
    const ruled = await rule(resource, previous, context);
    await refuse(ruled.resource);
    return ruled;
  };

/** Tasks that member administration decides by a plain update; all others move by operations, or by systems. */
const REVIEWS = ['review-duplicate', 'contact-review'];

const reviewedByStaff =
  (rule: WriteRule, own: OwnCanonicals): WriteRule =>
  async (resource, previous, context) => {
    const { code } = (previous ?? resource) as unknown as Task;
    const isReview = REVIEWS.some(one => own.hasCode(code && [code], 'task-code', one));
    if (context.actor.kind !== 'staff' || isReview) return rule(resource, previous, context);
    throw new Fault('forbidden', 'Staff update Tasks of member administration alone; others move by operations.');
  };

const toResource = (resource: object): Resource => resource as Resource;

/** An update that changes the state of a resource in a workflow is a move of that workflow, or is refused. */
async function judged(
  resource: Resource,
  previous: Resource | undefined,
  context: Context,
  parts: PortalRuleParts & { tables: readonly AnyWorkflow[] },
): ReturnType<WriteRule> {
  if (!previous) return { resource };
  const before = previous as unknown as Stateful;
  const [effects, criteria]: [Effect[], Criterion[]] = [[], []];
  let next = resource as unknown as Stateful;
  for (const workflow of parts.tables.filter(one => one.resource === before.resourceType && one.governs(before))) {
    const moved = await judge(workflow, before, next, context.actor, () => movingOf(workflow, context, parts));
    next = moved.resource;
    effects.push(...moved.effects);
    criteria.push(...moved.criteria);
  }
  return { resource: toResource(next), step: step({ effects, criteria }) };
}

function movingOf({ name }: AnyWorkflow, context: Context, parts: PortalRuleParts): Moving {
  const all = readerOf(context, context.asSystem(`${name}: an update that moves it`), parts);
  return { by: context.actor, now: parts.clock.now(), all, input: {} };
}
