/**
 * Invariants of Questionnaire.item and ElementDefinition as code: a form or a profile has hundreds of these elements, each with
 * a dozen rules. Compared with the published expressions in test/validate/invariant.test.ts.
 */
import type { JsonObject } from '../fhir/resource.js';
import { list, text } from './check-context.js';

type Rule = (value: JsonObject) => boolean;

const has = (value: JsonObject, name: string): boolean => name in value || `_${name}` in value;

/** Whether a choice element is there: `fixed` as `fixedString`. */
const hasChoice = (value: JsonObject, name: string): boolean =>
  Object.keys(value).some(key => new RegExp(`^_?${name}[A-Z]`).test(key));

const none = (value: JsonObject, ...names: string[]): boolean => !names.some(name => has(value, name));
const isType = (value: JsonObject, ...types: string[]): boolean => types.includes(text(value, 'type') ?? '');
const isReference = (value: JsonObject): boolean => ['Reference', 'canonical'].includes(text(value, 'code') ?? '');

const answerable = ['choice', 'open-choice', 'decimal', 'integer', 'date', 'dateTime', 'time', 'string', 'quantity'];
const measurable = ['boolean', 'decimal', 'integer', 'string', 'text', 'url', 'open-choice'];

const keysOf = (items: readonly JsonObject[], name: string): string[] => items.flatMap(item => text(item, name) ?? []);
const distinct = (keys: readonly string[]): boolean => new Set(keys).size === keys.length;

function isRange(min: number, max: string): boolean {
  return max === '*' || (/^[+-]?\d+$/.test(max) && min <= Number(max));
}

const questionnaire: Record<string, Rule> = {
  'que-1': it => (!isType(it, 'group') || has(it, 'item')) && (!isType(it, 'display') || none(it, 'item')),
  'que-3': it => !isType(it, 'display') || none(it, 'code'),
  'que-4': it => none(it, 'answerOption') || none(it, 'answerValueSet'),
  'que-5': it => isType(it, ...answerable) || none(it, 'answerValueSet', 'answerOption'),
  'que-6': it => !isType(it, 'display') || none(it, 'required', 'repeats'),
  'que-7': it => text(it, 'operator') !== 'exists' || 'answerBoolean' in it,
  'que-8': it => !isType(it, 'group', 'display') || none(it, 'initial'),
  'que-9': it => !isType(it, 'display') || none(it, 'readOnly'),
  'que-10': it => isType(it, ...measurable) || none(it, 'maxLength'),
  'que-11': it => none(it, 'answerOption') || none(it, 'initial'),
  // "If there are more than one": published as more than two.
  'que-12': it => list(it, 'enableWhen').length <= 1 || has(it, 'enableBehavior'),
  'que-13': it => it['repeats'] === true || list(it, 'initial').length <= 1,
};

const elementDefinition: Record<string, Rule> = {
  'eld-1': it => has(it, 'discriminator') || has(it, 'description'),
  'eld-2': it => typeof it['min'] !== 'number' || !text(it, 'max') || isRange(it['min'], text(it, 'max')!),
  'eld-4': it => none(it, 'aggregation') || isReference(it),
  'eld-5': it =>
    none(it, 'contentReference') ||
    (none(it, 'type', 'example', 'maxLength', 'binding') &&
      !['defaultValue', 'fixed', 'pattern', 'minValue', 'maxValue'].some(name => hasChoice(it, name))),
  'eld-6': it => !hasChoice(it, 'fixed') || list(it, 'type').length <= 1,
  'eld-7': it => !hasChoice(it, 'pattern') || list(it, 'type').length <= 1,
  'eld-8': it => !hasChoice(it, 'pattern') || !hasChoice(it, 'fixed'),
  'eld-13': it => distinct(keysOf(list(it, 'type'), 'code')),
  'eld-14': it => distinct(keysOf(list(it, 'constraint'), 'key')),
  'eld-15': it => !hasChoice(it, 'defaultValue') || none(it, 'meaningWhenMissing'),
  'eld-17': it => isReference(it) || none(it, 'targetProfile'),
  'eld-18': it => it['isModifier'] !== true || has(it, 'isModifierReason'),
  'eld-22': it => none(it, 'sliceIsConstraining') || has(it, 'sliceName'),
};

export const definitionRules: Readonly<Record<string, Rule>> = { ...questionnaire, ...elementDefinition };
