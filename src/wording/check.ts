/** What is wrong with a wording that holds to its profile: each with its FHIRPath, and a template with its line. */
import type { ActivityDefinition } from 'fhir/r4.js';
import type { Issue } from '../fhir/fault.js';
import { languageTag } from '../fhir/language-tag.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { refusedName } from './markup.js';
import { isEvent, parametersOf, type Parameters } from './parameters.table.js';
import { compilePart, finishPart } from './rendered.js';
import { templateFault, type CompiledTemplate, type Scope, type TemplateFault } from './template.js';
import {
  declaredIn,
  isTopic,
  partAt,
  PARTS,
  textsIn,
  wordingOf,
  type NoticeText,
  type Part,
  type Placed,
} from './wording.js';

export function wordingIssues(resource: ActivityDefinition, own: OwnCanonicals): Issue[] {
  const { event, topic } = wordingOf(resource, own);
  if (!isEvent(event)) return [issue('code must be an event of the portal.', 'ActivityDefinition.code')];
  const parameters = parametersOf(event);
  const texts = textsIn(resource, own);
  return [
    ...topicIssues(resource, event, topic),
    ...declaredIn(resource, own).flatMap(one => undeclared(one, event, parameters)),
    ...languageIssues(texts),
    ...texts.flatMap(text => textIssues(text, parameters)),
  ];
}

function topicIssues({ topic: stated = [] }: ActivityDefinition, event: string, topic: string | undefined): Issue[] {
  if (stated.length === 0) return [];
  const expression = 'ActivityDefinition.topic';
  if (event !== 'invitation') return [issue('Invitations alone have topics.', expression)];
  return stated.length === 1 && topic !== undefined && isTopic(topic)
    ? []
    : [issue('topic is one code of notice-topic, of a-z, 0-9 and hyphens.', expression)];
}

const undeclared = ({ value, expression }: Placed<string>, event: string, parameters: Parameters): Issue[] =>
  Object.hasOwn(parameters, value) ? [] : [issue(`The event ${event} has no parameter ${value}.`, expression)];

export function languageIssues(texts: readonly Placed<{ readonly language: string }>[]): Issue[] {
  return texts.flatMap(({ value: { language }, expression }, at) => {
    if (languageTag(language) !== language) {
      return [issue('language must be a language tag in its usual form, as fr or pt-BR.', expression)];
    }
    const repeated = texts.findIndex(({ value }) => value.language === language) < at;
    return repeated ? [issue(`The language ${language} is given twice.`, expression)] : [];
  });
}

function textIssues({ value, expression }: Placed<NoticeText>, parameters: Parameters): Issue[] {
  return PARTS.flatMap(part => {
    const fault = faultOf(part, value, parameters);
    return fault ? [issue(`${part}, line ${fault.line}: ${fault.message}`, partAt(expression, part))] : [];
  });
}

function faultOf(part: Part, text: NoticeText, parameters: Parameters): TemplateFault | undefined {
  const source = text[part];
  if (source === undefined) return undefined;
  const template = compilePart(part, source);
  if ('line' in template) return template;
  return wrongParameter(part, template, parameters) ?? faultOfRendering(part, template, text, parameters);
}

function wrongParameter(part: Part, { shows }: CompiledTemplate, parameters: Parameters): TemplateFault | undefined {
  const faults = [...shows].flatMap(([name, line]): TemplateFault[] => {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (!parameter) return [{ message: `there is no parameter ${name}`, line }];
    const shown = part === 'subject' && parameter.secret;
    return shown ? [{ message: `${name} is a secret, and a subject is shown on locked screens`, line }] : [];
  });
  return faults[0];
}

/** With all parameters, and without those that may be empty. */
function faultOfRendering(
  part: Part,
  template: CompiledTemplate,
  { [part]: source = '', language }: NoticeText,
  parameters: Parameters,
): TemplateFault | undefined {
  for (const scope of [sampleScope(language, parameters), sampleScope(language, parameters, true)]) {
    try {
      const text = template.render(scope);
      const refused = part === 'html' ? refusedName(text) : undefined;
      if (refused !== undefined)
        return { message: `${refused} is not allowed in an e-mail`, line: lineOf(source, refused) };
      finishPart(part, text);
    } catch (error) {
      return templateFault(error);
    }
  }
  return undefined;
}

/** The samples of parameters, for a reader of this language. */
export function sampleScope(language: string, parameters: Parameters, bare = false): Scope {
  const samples = Object.entries(parameters).map(([name, { sample, optional }]): [string, string] => [
    name,
    bare && optional ? '' : sample,
  ]);
  return { ...Object.fromEntries(samples), language, zone: 'UTC' };
}

/** The line of a template where a name first stands. */
function lineOf(source: string, name: string): number {
  const at = source.toLowerCase().indexOf(name.toLowerCase());
  return at < 0 ? 1 : source.slice(0, at).split('\n').length;
}

const issue = (diagnostics: string, expression: string): Issue => ({
  severity: 'error',
  code: 'business-rule',
  diagnostics,
  expression,
});
