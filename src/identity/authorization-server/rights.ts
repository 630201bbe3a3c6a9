/**
 * What of an app's request a person can grant: what their role or relation lets them do themselves. Tokens are judged again by
 * the same rules at each request (access/policy.ts), so that a role that ends takes its rights along.
 */
import type { Actor } from '../../access/actor.js';
import { mayEver } from '../../access/policy.js';
import { scopeText } from '../../access/scope-bounds.js';
import { parseScope, type Permission, type Scope } from '../../access/scope.js';

/** In which contexts operations are open to whom (access/authorize.ts). */
const OPERATIONS = { patient: ['patient'], staff: ['user', 'patient'] } as const;

/**
 * The scope, cut down to what the actor may do on these types; undefined where nothing is left. A wildcard keeps what it gives on any
 * type.
 */
export function withinRights(word: string, actor: Actor, types: readonly string[]): string | undefined {
  const scope = parseScope(word);
  if (!scope) return word;
  if (actor.kind !== 'patient' && actor.kind !== 'staff') return undefined;
  if (scope.operation !== undefined) {
    return (OPERATIONS[actor.kind] as readonly string[]).includes(scope.context) ? word : undefined;
  }
  const left = permissionsLeft(scope, actor, types);
  if (left.size === 0) return undefined;
  return left.size === scope.permissions.size ? word : scopeText({ ...scope, permissions: left });
}

function permissionsLeft({ type, permissions }: Scope, actor: Actor, types: readonly string[]): Set<Permission> {
  const among = type === '*' ? types : [type].filter(one => types.includes(one));
  const open = (permission: Permission) => among.some(one => mayEver(actor, one, permission));
  return new Set(([...permissions] as Permission[]).filter(open));
}
