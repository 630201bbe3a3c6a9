/**
 * What of the scopes that are asked for lies within those that are allowed: a registration, a role, a choice.
 * https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
 */
import { defined } from '../fhir/defined.js';
import { parseScope, type Scope } from './scope.js';

const wordsOf = (text: string): string[] => text.split(' ').filter(word => word !== '');

/**
 * The scopes that both lists give, each as it was asked for where it is allowed whole, else cut down.
 * @param asked scopes, separated by spaces
 */
export function scopesWithin(asked: string, allowed: string): string {
  const words = new Set(wordsOf(allowed));
  const bounds = [...words].flatMap(word => parseScope(word) ?? []);
  return [...new Set(wordsOf(asked).flatMap(word => wordWithin(word, words, bounds)))].join(' ');
}

function wordWithin(word: string, words: ReadonlySet<string>, bounds: readonly Scope[]): string[] {
  const scope = parseScope(word);
  if (!scope) return words.has(word) ? [word] : [];
  const parts = bounds.flatMap(bound => common(scope, bound) ?? []);
  if (parts.some(part => scopeText(part) === scopeText(scope))) return [word];
  return parts.filter(part => !parts.some(other => other !== part && wider(other, part))).map(scopeText);
}

/** The scope that two scopes have in common. */
function common(a: Scope, b: Scope): Scope | undefined {
  if (a.context !== b.context || (a.type !== '*' && b.type !== '*' && a.type !== b.type)) return undefined;
  const base = { context: a.context, type: a.type === '*' ? b.type : a.type };
  if (a.operation !== undefined || b.operation !== undefined) {
    const operation = commonOperation(a.operation, b.operation);
    return operation === undefined ? undefined : { ...base, permissions: new Set(), operation };
  }
  // Two different restrictions have nothing in common that one scope can say.
  if (a.query !== undefined && b.query !== undefined && a.query !== b.query) return undefined;
  const permissions = a.permissions.intersection(b.permissions);
  return permissions.size === 0 ? undefined : { ...base, permissions, ...defined({ query: a.query ?? b.query }) };
}

function commonOperation(a: string | undefined, b: string | undefined): string | undefined {
  if (a === b || b === '*') return a;
  return a === '*' ? b : undefined;
}

/** Whether the first of two scopes of one request gives all that the second gives, and more. */
const wider = (a: Scope, b: Scope): boolean => {
  const shared = common(a, b);
  return shared !== undefined && scopeText(shared) === scopeText(b) && scopeText(a) !== scopeText(b);
};

/** A scope in the form of version 2. */
export function scopeText({ context, type, permissions, operation, query }: Scope): string {
  const ability =
    operation === undefined ? ['c', 'r', 'u', 'd', 's'].filter(one => permissions.has(one)).join('') : `$${operation}`;
  return `${context}/${type}.${ability}${query === undefined ? '' : `?${query}`}`;
}
