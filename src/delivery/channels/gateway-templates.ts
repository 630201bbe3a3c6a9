/** Templates of a gateway's requests and answers: texts at the leaves of JSON, so that a value never breaks the form around it. https://liquidjs.com */
import { Liquid, type Template } from 'liquidjs';

export type Scope = Readonly<Record<string, unknown>>;
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const engine = new Liquid({
  ownPropertyOnly: true,
  strictFilters: true,
  parseLimit: 1e5,
  renderLimit: 1000,
  memoryLimit: 1e7,
});

/** Throws where it does not parse. What a scope does not have renders as nothing, or throws too where that is `strict`. */
export function textTemplate(source: string, { strict = false } = {}): (scope: Scope) => string {
  const template: Template[] = engine.parse(source);
  return scope => String(engine.renderSync(template, scope, { strictVariables: strict })).trim();
}

/** Each text in the tree is a strict template; names and other values stay. */
export function treeTemplate(source: Json): (scope: Scope) => Json {
  if (typeof source === 'string') return textTemplate(source, { strict: true });
  if (Array.isArray(source)) {
    const items = source.map(treeTemplate);
    return scope => items.map(item => item(scope));
  }
  if (typeof source !== 'object' || source === null) return () => source;
  const fields = Object.entries(source).map(([name, value]) => [name, treeTemplate(value)] as const);
  return scope => Object.fromEntries(fields.map(([name, value]) => [name, value(scope)]));
}

/** The same for texts by name. */
export function fieldsTemplate(source: Readonly<Record<string, string>>): (scope: Scope) => Record<string, string> {
  const fields = Object.entries(source).map(([name, value]) => [name, textTemplate(value, { strict: true })] as const);
  return scope => Object.fromEntries(fields.map(([name, value]) => [name, value(scope)]));
}
