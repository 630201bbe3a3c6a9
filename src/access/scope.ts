/**
 * SMART v2 scopes as values (v1 accepted), and operation scopes of our own: `system/Patient.$invite`.
 * https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
 */
import { defined } from '../fhir/defined.js';

export interface Scope {
  readonly context: 'patient' | 'user' | 'system';
  /** Resource type or `*`. */
  readonly type: string;
  /** Of `c r u d s`; empty for an operation scope. */
  readonly permissions: ReadonlySet<string>;
  /** Operation name without `$`, for `system/Patient.$invite`; `*` for all. */
  readonly operation?: string;
  /** Granular restriction: search parameters (`category=laboratory`), as sent. */
  readonly query?: string;
}

export type Permission = 'c' | 'r' | 'u' | 'd' | 's';

/** What a request needs. */
export type Need =
  | { readonly type: string; readonly permission: Permission }
  /** `functions`: of a proxy, any one of them suffices; none: whatever they do. */
  | { readonly type: string; readonly operation: string; readonly functions?: readonly string[] };

const SCOPE = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]*)\.(\$[a-z*][a-z0-9-]*|[a-z*]+)(?:\?(.+))?$/;
const LETTERS = /^(?=.)c?r?u?d?s?$/;
const VERSION_1: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/** The scopes of a token response's `scope` text. What is no resource or operation scope (`openid`) is left out. */
export function parseScopes(text: string): Scope[] {
  return text.split(' ').flatMap(word => parseScope(word) ?? []);
}

/** One scope; undefined for what is no resource or operation scope. */
export function parseScope(word: string): Scope | undefined {
  const [, context, type = '', ability = '', query] = SCOPE.exec(word) ?? [];
  if (context === undefined) return undefined;
  const base = { context: context as Scope['context'], type };
  if (ability.startsWith('$')) {
    return query === undefined ? { ...base, permissions: new Set(), operation: ability.slice(1) } : undefined;
  }
  const letters = Object.hasOwn(VERSION_1, ability) ? VERSION_1[ability] : ability;
  if (letters === undefined || !LETTERS.test(letters)) return undefined;
  return { ...base, permissions: new Set(letters), ...defined({ query }) };
}

/** Whether one scope gives what is needed, its granular restriction aside. */
export function gives(scope: Scope, need: Need): boolean {
  if (scope.type !== '*' && scope.type !== need.type) return false;
  if ('permission' in need) return scope.permissions.has(need.permission);
  return scope.operation === need.operation || scope.operation === '*';
}

/** Whether any of the scopes gives what is needed. */
export function covers(scopes: readonly Scope[], need: Need): boolean {
  return scopes.some(scope => gives(scope, need));
}
