/**
 * Invariants as code: those on the way of every write, and those whose published expression is wrong or cannot be
 * evaluated. Each returns whether the rule holds. Keys as in https://hl7.org/fhir/R4/conformance-rules.html#constraints
 */
import type { Json, JsonObject } from '../fhir/resource.js';
import { definitionRules } from './definition-invariant.table.js';
import { notAfter } from '../fhir/period.js';
import { child, list, text, type CheckContext } from './check-context.js';

type Rule = (value: JsonObject, scope: CheckContext) => boolean;

/**
 * Not compiled. ele-1 and txt-1, txt-2 are checked by the walk (narrative.ts), dom-2 to dom-5 with the contained resources
 * (contained.ts). vs-1 asks the impossible of effectivePeriod (fixed in R4B); dom-6 is advice that every write would carry.
 */
export const skipped: ReadonlySet<string> = new Set([
  ...['ele-1', 'txt-1', 'txt-2', 'dom-2', 'dom-3', 'dom-4', 'dom-5'],
  ...['vs-1', 'dom-6'],
]);

const has = (value: JsonObject, name: string): boolean => name in value || `_${name}` in value;
const hasValue = (value: JsonObject): boolean => Object.keys(value).some(name => /^_?value[A-Z]/.test(name));
const ucum = 'http://unitsofmeasure.org';
const isBundle = (scope: CheckContext, ...types: string[]): boolean =>
  types.includes(text(scope.resource, 'type') ?? '');

const sameCoding = (a: JsonObject, b: JsonObject): boolean =>
  a['code'] === b['code'] &&
  a['system'] === b['system'] &&
  a['version'] === b['version'] &&
  a['display'] === b['display'];

const fullUrlKey = (entry: JsonObject): string =>
  `${text(entry, 'fullUrl')!} ${text(child(child(entry, 'resource'), 'meta'), 'versionId') ?? ''}`;

function distinct(keys: readonly string[]): boolean {
  return new Set(keys).size === keys.length;
}

const comparable = (low: JsonObject, high: JsonObject): boolean =>
  typeof low['value'] === 'number' &&
  typeof high['value'] === 'number' &&
  low['code'] === high['code'] &&
  low['system'] === high['system'] &&
  (low['code'] !== undefined || low['unit'] === high['unit']);

const elementPath = /^[^\s.,:;'"/|?!@#$%&*()[\]{}]{1,64}(\.[^\s.,:;'"/|?!@#$%&*()[\]{}]{1,64}(\[x\])?(:[^\s.]+)?)*$/;

const boundTypes = new Set(['code', 'Coding', 'CodeableConcept', 'Quantity', 'string', 'uri']);

const rules: Record<string, Rule> = {
  'ext-1': it => 'extension' in it !== hasValue(it),
  'per-1': it => !text(it, 'start') || !text(it, 'end') || notAfter(text(it, 'start')!, text(it, 'end')!),
  'qty-3': it => !has(it, 'code') || has(it, 'system'),
  'cpt-2': it => !has(it, 'value') || has(it, 'system'),
  'att-1': it => !has(it, 'data') || has(it, 'contentType'),
  'rng-2': it => {
    const [low, high] = [child(it, 'low'), child(it, 'high')];
    return !low || !high || !comparable(low, high) || (low['value'] as number) <= (high['value'] as number);
  },
  'ref-1': (it, scope) => {
    const reference = text(it, 'reference');
    if (!reference?.startsWith('#') || reference === '#') return true;
    return scope.contained.has(reference.slice(1));
  },
  'obs-3': it => 'low' in it || 'high' in it || has(it, 'text'),
  'obs-6': it => !('dataAbsentReason' in it) || !hasValue(it),
  'obs-7': it => {
    const own = list(child(it, 'code'), 'coding');
    if (!hasValue(it) || own.length === 0) return true;
    const codings = list(it, 'component').flatMap(component => list(child(component, 'code'), 'coding'));
    return !codings.some(coding => own.some(other => sameCoding(coding, other)));
  },
  'org-1': it => 'identifier' in it || has(it, 'name'),
  'org-2': it => it['use'] !== 'home',
  'org-3': it => it['use'] !== 'home',
  'pat-1': it => ['name', 'telecom', 'address', 'organization'].some(name => name in it),
  // member.resolve() reads another resource: the reference itself tells its type.
  'ctm-1': it =>
    !('onBehalfOf' in it) || !/^(?!Practitioner\/)[A-Z]\w+\//.test(text(child(it, 'member'), 'reference') ?? ''),
  'bdl-1': (it, scope) => !has(it, 'total') || isBundle(scope, 'searchset', 'history'),
  'bdl-2': (it, scope) => isBundle(scope, 'searchset') || list(it, 'entry').every(entry => !('search' in entry)),
  'bdl-3': (it, scope) => {
    const expected = isBundle(scope, 'batch', 'transaction', 'history');
    return list(it, 'entry').every(entry => 'request' in entry === expected);
  },
  'bdl-4': (it, scope) => {
    const expected = isBundle(scope, 'batch-response', 'transaction-response', 'history');
    return list(it, 'entry').every(entry => 'response' in entry === expected);
  },
  'bdl-7': (it, scope) =>
    isBundle(scope, 'history') ||
    distinct(
      list(it, 'entry')
        .filter(entry => text(entry, 'fullUrl'))
        .map(fullUrlKey),
    ),
  'bdl-5': it => 'resource' in it || 'request' in it || 'response' in it,
  'bdl-8': it => !text(it, 'fullUrl')?.includes('/_history/'),
  // As published it holds for any types at all: `select(…).exists()` is true of a list of false.
  'eld-11': it =>
    !('binding' in it) || !('type' in it) || list(it, 'type').some(type => boundTypes.has(text(type, 'code') ?? '')),
  // Their published regular expressions are none to JavaScript.
  'eld-16': it => !has(it, 'sliceName') || /^[A-Za-z0-9/\-_[\]@]+$/.test(text(it, 'sliceName') ?? ''),
  'eld-19': it => !text(it, 'path') || elementPath.test(text(it, 'path')!),
  'eld-20': it => !text(it, 'path') || /^[A-Za-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*(\[x\])?)*$/.test(text(it, 'path')!),
  // As published it refuses a prediction without a probability, for which it comes to nothing.
  'ras-2': it => typeof it['probabilityDecimal'] !== 'number' || it['probabilityDecimal'] <= 100,
  'drt-1': it => !has(it, 'code') || (text(it, 'system') === ucum && has(it, 'value')),
};

export const handmade = { ...definitionRules, ...rules } as Readonly<
  Record<string, (value: Json, scope: CheckContext) => boolean>
>;
