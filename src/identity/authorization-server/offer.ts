/**
 * What a person is offered to grant to an app, and what they chose. Each type can be left out, and observations and
 * conditions be narrowed to categories. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
 */
import type { Actor } from '../../access/actor.js';
import { parseScope } from '../../access/scope.js';
import { defined } from '../../fhir/defined.js';
import { granularScopes } from './granular-scopes.table.js';
import { withinRights } from './rights.js';

/** One line of the consent page. */
export interface OfferedScope {
  /** The scope as it is granted if the line is left as it is. */
  readonly scope: string;
  /** What it is about: a resource type. */
  readonly type: string;
  readonly reads: boolean;
  readonly writes: boolean;
  /** Name of an operation that it is for, or `*`. */
  readonly operation?: string;
  /** What the app itself narrows it to: a category, or search parameters that are none. */
  readonly only?: string;
  /** Narrower scopes to choose in its place. */
  readonly narrower: readonly { readonly scope: string; readonly category: string }[];
}

export interface Offer {
  readonly lines: readonly OfferedScope[];
  /** The scopes with a wildcard, each with the lines that stand for it. */
  readonly wildcards: ReadonlyMap<string, readonly string[]>;
  /** Scopes that are no matter of choice: they say who the person is, and open the launch. */
  readonly fixed: readonly string[];
  /** `offline_access` or `online_access`, where the app asked for one. */
  readonly staying: string | undefined;
}

const STAYING = ['offline_access', 'online_access'];

/** @param types that the endpoint serves */
export function offerOf(asked: string, actor: Actor, types: readonly string[]): Offer {
  const words = asked.split(' ').flatMap(word => withinRights(word, actor, types) ?? []);
  const fixed = words.filter(word => !parseScope(word));
  const wildcards = new Map<string, string[]>();
  const lines = words.flatMap(word => {
    const scope = parseScope(word);
    if (!scope) return [];
    if (scope.type !== '*' || scope.operation !== undefined) return [lineOf(word)];
    const parts = types.flatMap(type => withinRights(word.replace('/*', `/${type}`), actor, types) ?? []);
    wildcards.set(word, parts);
    return parts.map(lineOf);
  });
  return {
    lines: [...new Map(lines.map(line => [line.scope, line])).values()],
    wildcards,
    fixed: fixed.filter(word => !STAYING.includes(word)),
    staying: fixed.find(word => STAYING.includes(word)),
  };
}

function lineOf(word: string): OfferedScope {
  const { type = '', permissions = new Set<string>(), query, operation } = parseScope(word) ?? {};
  const categories = granularScopes[type] ?? [];
  const only = query && (categories.find(one => one.query === query)?.category ?? query);
  return {
    scope: word,
    type,
    reads: permissions.has('r') || permissions.has('s'),
    writes: ['c', 'u', 'd'].some(one => permissions.has(one)),
    narrower:
      query === undefined && operation === undefined
        ? categories.map(one => ({ scope: `${word}?${one.query}`, category: one.category }))
        : [],
    ...defined({ operation, only }),
  };
}

/** What a person chose; whatever was not offered is left out. @param chosen scopes of lines, narrower ones, and of staying */
export function granted({ lines, wildcards, fixed, staying }: Offer, chosen: ReadonlySet<string>): string {
  const whole = [...wildcards].filter(([, parts]) => parts.every(part => chosen.has(part)));
  const covered = new Set(whole.flatMap(([, parts]) => parts));
  const single = lines.filter(({ scope }) => !covered.has(scope)).flatMap(line => chosenOf(line, chosen));
  const resources = [...whole.map(([word]) => word), ...single];
  if (resources.length === 0 && lines.length > 0) return '';
  return [...fixed, ...(staying !== undefined && chosen.has(staying) ? [staying] : []), ...resources].join(' ');
}

const chosenOf = ({ scope, narrower }: OfferedScope, chosen: ReadonlySet<string>): string[] =>
  chosen.has(scope) ? [scope] : narrower.map(one => one.scope).filter(one => chosen.has(one));
