/**
 * Whether an extension stands where its definition lets it: in one of its contexts, under its context invariants, among the
 * modifiers if it is one. https://hl7.org/fhir/R4/defining-extensions.html#context
 */
import type { ElementDefinition, StructureDefinition } from '../definitions/slim.js';
import { defined } from '../fhir/defined.js';
import { isLinearTree, type Node } from '../fhir/fhirpath-cost.js';
import { compileOutside, type EvaluateWithin } from '../fhir/fhirpath.js';
import { Cache } from '../runtime/cache.js';
import type { Steps } from '../fhir/steps.js';
import type { JsonObject } from '../fhir/resource.js';
import { pathText, step, type Path } from './report.js';
import { list, text, type CheckContext } from './check-context.js';

/** What holds the extension: `{path: 'Patient.birthDate', type: 'date'}`; of a resource both are its type. */
export interface Owner {
  readonly path: string;
  readonly type: string;
}

interface ExtensionContext {
  type: 'element' | 'extension' | 'fhirpath';
  expression: string;
}

/** Checks all extensions of an object of which the definition is known. */
export function checkContexts(holder: JsonObject, owner: Owner, scope: CheckContext, at: Path): void {
  for (const name of ['extension', 'modifierExtension']) {
    for (const [index, extension] of list(holder, name).entries()) {
      const definition = scope.definitions.structure(text(extension, 'url') ?? '') as StructureDefinition | undefined;
      const fault = definition?.type === 'Extension' && faultOf(definition, extension, name, holder, owner, scope, at);
      if (fault) scope.report.breach('extension', step(at, name, index), fault);
    }
  }
}

function faultOf(
  definition: StructureDefinition,
  extension: JsonObject,
  name: string,
  holder: JsonObject,
  owner: Owner,
  scope: CheckContext,
  at: Path,
): string | undefined {
  const { url, snapshot, context = [], contextInvariant = [] } = definition as Published;
  const isModifier = snapshot?.element[0]?.['isModifier'] === true;
  if (isModifier !== (name === 'modifierExtension')) {
    return `${url} is ${isModifier ? 'a' : 'no'} modifier: it must not stand in ${name}.`;
  }
  if (!misplaced.has(url) && !context.some(one => admits(one, holder, owner, scope, at)) && !isSample(at)) {
    return `${url} is not for this element.`;
  }
  const broken = contextInvariant.find(rule => !holds(rule, extension, holder, owner, scope));
  return broken === undefined ? undefined : `${url} is for elements alone of which this is true: ${broken}`;
}

type Published = StructureDefinition & {
  context?: ExtensionContext[];
  contextInvariant?: string[];
  snapshot?: { element: ElementDefinition[] };
};

/** Published with contexts that HL7's own definitions do not keep to. */
const misplaced = new Set(
  [
    ...['capabilitystatement-expectation', 'capabilitystatement-prohibited'],
    ...['structuredefinition-fhir-type', 'structuredefinition-normative-version', 'regex'],
  ].map(id => `http://hl7.org/fhir/StructureDefinition/${id}`),
);

/** Values in a definition are samples of what is meant for other elements. */
const isSample = (at: Path): boolean =>
  /\.element\[\d+\]\.(?:example\[\d+\]\.value|pattern|fixed|defaultValue)\b/.test(pathText(at));

function admits(
  { type, expression }: ExtensionContext,
  holder: JsonObject,
  owner: Owner,
  scope: CheckContext,
  at: Path,
): boolean {
  if (type === 'extension') {
    // The url of the extension that a value is in is not at hand.
    if (owner.path === 'Extension.value') return true;
    return owner.type === 'Extension' && text(holder, 'url') === expression.split('#', 1)[0];
  }
  if (type === 'fhirpath') return selects(expression, holder, scope);
  const element = expression.slice(expression.indexOf('#') + 1).replace(/\[x\]|:[^.]+/g, '');
  return element === 'Element' || namesOf(owner, scope, at).some(name => name === element);
}

/** A query over the resource; what it finds are the very objects in it. A primitive's own cannot be told. */
function selects(expression: string, holder: JsonObject, { resource, container, steps }: CheckContext): boolean {
  try {
    const evaluate = compiled(expression, steps);
    if (!evaluate) return true;
    const found = evaluate(resource, { resource, rootResource: container, context: resource }, steps);
    return found.some(it => it === holder || typeof it !== 'object');
  } catch {
    return true;
  }
}

/** All ways to name an element: by its path in the resource and in its type, by its type, and with the types these are from. */
function namesOf({ path, type }: Owner, { definitions, at: origin }: CheckContext, at: Path): string[] {
  let full = '';
  for (let here = at; here !== origin && here.up; here = here.up) full = `.${here.name}${full}`;
  return [path, type, origin.name + full].flatMap(name => {
    const [head = '', ...rest] = name.split('.');
    const names: string[] = [];
    for (let base: string | undefined = head; base; base = definitions.type(base)?.base) {
      names.push([base, ...rest].join('.'));
    }
    return names;
  });
}

/** Only what is surely false breaks a rule; one that cannot be evaluated, or is costly, breaks nothing. */
function holds(
  rule: string,
  extension: JsonObject,
  holder: JsonObject,
  owner: Owner,
  { resource, container, steps }: CheckContext,
): boolean {
  try {
    const evaluate = compiled(rule, steps, owner.path);
    if (!evaluate) return true;
    const environment = { resource, rootResource: container, context: holder, extension };
    return evaluate(holder, environment, steps)[0] !== false;
  } catch {
    return true;
  }
}

const known = new Cache<{ evaluate: EvaluateWithin | undefined }>(500);

/** An expression on this path, `%extension` allowed; undefined for one whose cost is not bounded. */
const compiled = (expression: string, steps: Steps, base?: string): EvaluateWithin | undefined =>
  known.getOrMake(`${base ?? ''} ${expression}`, () => ({
    evaluate: compileOutside(expression, steps, { ...defined({ base }), allows }),
  })).evaluate;

const allows = (tree: Node): boolean => isLinearTree(tree, ['extension']);
