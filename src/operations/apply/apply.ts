/**
 * ActivityDefinition/$apply: the words of a message template for one patient. Nothing is stored or sent.
 * https://hl7.org/fhir/R4/activitydefinition-operation-apply.html
 */
import type { ActivityDefinition, CommunicationRequest, Organization, Patient, Practitioner } from 'fhir/r4.js';
import { defined } from '../../fhir/defined.js';
import { Fault } from '../../fhir/fault.js';
import { displayName } from '../../fhir/human-name.js';
import { parameterPath } from '../../fhir/parameters.js';
import { languageOf } from '../../portal/identity.js';
import { statedLanguage } from '../../portal/language-parameter.js';
import { inForce } from '../../portal/parties.js';
import { givenName } from '../../portal/recipient.js';
import type { WorkflowReader } from '../../portal/step.js';
import { managesTemplate } from '../../portal/template-management.js';
import type { Context, HandlerParts, Operation } from '../../service.js';
import { languageCandidates, rangesOf } from '../../texts/language.js';
import { filledIn, groupsOf, isTemplate } from '../../wording/message-template.js';
import type { TemplateScope } from '../../wording/template-parameters.table.js';
import { readerOf, type ReaderParts } from '../../writing/workflow-reader.js';
import { definitionOf } from '../operation-of.js';
import type { ApplyInput, ApplyOutput } from '../types.js';

export type ApplyParts = ReaderParts & Pick<HandlerParts, 'configuration'>;

export const createApply = (parts: ApplyParts): Operation<ApplyInput, ApplyOutput> => ({
  definition: definitionOf('ActivityDefinition', 'apply'),
  async handler(input, context) {
    const seen = readerOf(context, context.store, parts);
    const template = await templateOf(context, seen, parts);
    const patient = await named<Patient>(await inForce(input.subject, seen), 'Patient', 'subject', seen);
    const group =
      input.organization && (await named<Organization>(input.organization, 'Organization', 'organization', seen));
    const settings = await parts.configuration();
    const wanted = statedLanguage(input) ?? languageOf(patient);
    const languages = [...(wanted === undefined ? [] : rangesOf(wanted)), ...languageCandidates(wanted, settings)];
    const author = (await seen.get<Practitioner>(context.actor.fhirUser ?? ''))?.resource.name;
    const scope: TemplateScope = {
      given: givenName(patient) ?? '',
      family: (patient.name?.find(({ use }) => use === 'official') ?? patient.name?.[0])?.family ?? '',
      author: displayName(author),
      group: (group && group.name) ?? '',
      organization: settings['organization-title'] ?? '',
      telephone: settings['help-telephone'] ?? '',
    };
    return { output: { return: requestOf(patient, filledIn(template, languages, scope, seen.own), input) } };
  },
});

/** Faults: `not-found`, `conflict` for one that is not in use, unless its writers try it. */
async function templateOf(context: Context, seen: WorkflowReader, { clock }: ApplyParts): Promise<ActivityDefinition> {
  const { id } = context.route;
  const found = (await seen.get<ActivityDefinition>(`ActivityDefinition/${id}`))?.resource;
  if (!found) throw new Fault('not-found', `There is no ActivityDefinition/${id}.`);
  if (!isTemplate(found, seen.own)) throw new Fault('conflict', 'This ActivityDefinition is no message template.');
  const isUsable =
    found.status === 'active' || (await managesTemplate(groupsOf(found), context.actor, seen, clock.now()));
  if (!isUsable)
    throw new Fault('conflict', 'This template is not in use.', { expression: 'ActivityDefinition.status' });
  return found;
}

async function named<R>(reference: string, type: string, parameter: string, seen: WorkflowReader): Promise<R> {
  const found = reference.startsWith(`${type}/`) ? await seen.get<R>(reference) : undefined;
  if (!found) throw new Fault('not-found', `There is no such ${type}.`, { expression: parameterPath(parameter) });
  return found.resource;
}

const requestOf = (
  { id }: Patient,
  { language, text }: { language: string; text: string },
  { organization }: ApplyInput,
): CommunicationRequest => ({
  resourceType: 'CommunicationRequest',
  language,
  status: 'draft',
  subject: { reference: `Patient/${id}` },
  payload: [{ contentString: text }],
  recipient: [{ reference: `Patient/${id}` }],
  ...defined({ sender: organization === undefined ? undefined : { reference: organization } }),
});
