/** The rule for ActivityDefinitions: one is the wording of a notice or a message template, and stays what it is. */
import type { ActivityDefinition } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { asJson, typed } from '../fhir/resource.js';
import { managesTemplate } from '../portal/template-management.js';
import type { Context, HandlerParts, WriteRule } from '../service.js';
import { groupsOf, isTemplate, TEMPLATE, templateIssues } from '../wording/message-template.js';
import { withProfile } from './with-profile.js';
import { wordingRule } from './wording-rule.js';
import { readerOf, type ReaderParts } from './workflow-reader.js';

type Parts = ReaderParts & Pick<HandlerParts, 'wordings'>;

export function activityRule(parts: Parts): WriteRule {
  const wording = wordingRule(parts);
  const { own } = parts.definitions;
  return (resource, previous, context) => {
    const [next, before] = [resource, previous ?? resource].map(one => isTemplate(typed<ActivityDefinition>(one), own));
    if (next !== before) throw new Fault('conflict', 'It stays what it is.', { expression: 'ActivityDefinition.code' });
    if (next) return template(resource, previous, context, parts);
    const { kind, roles } = context.actor;
    if (kind === 'staff' && !roles.has('configuration-manager')) throw forbidden('the wordings of notices');
    return wording(resource, previous, context);
  };
}

/** Its texts are judged here. A template is taken over from others, or given to them, by those who write both. */
async function template(
  ...[resource, previous, context, parts]: [...Parameters<WriteRule>, Parts]
): ReturnType<WriteRule> {
  const { own } = parts.definitions;
  const next = typed<ActivityDefinition>(withProfile(resource, own.structure(TEMPLATE)));
  const before = previous && typed<ActivityDefinition>(previous);
  for (const one of [next, ...(before ? [before] : [])]) await refuseOthers(one, context, parts);
  const issues = templateIssues(next, own);
  if (issues.length > 0) throw new Fault('unprocessable', 'The template is wrong.', { issues });
  return { resource: asJson(next) };
}

async function refuseOthers(one: ActivityDefinition, context: Context, parts: Parts): Promise<void> {
  const all = readerOf(context, context.asSystem('message template: who writes it'), parts);
  if (await managesTemplate(groupsOf(one), context.actor, all, parts.clock.now())) return;
  throw forbidden('this template', 'ActivityDefinition.useContext');
}

const forbidden = (what: string, expression = 'ActivityDefinition.code'): Fault =>
  new Fault('forbidden', `This caller does not write ${what}.`, { expression });
