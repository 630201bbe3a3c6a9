/** Access as the router and compose take it: one value with everything wired. */
import type { Definitions } from '../definitions/definitions.js';
import type { Endpoint, Route } from '../definitions/endpoint.js';
import type { FhirRequest } from '../fhir/request.js';
import type { Store } from '../store/port.js';
import type { Actor } from './actor.js';
import { anonymous, type Authenticate } from './authenticate.js';
import { authorize, needOf } from './authorize.js';
import { guard, type GuardedStore } from './guarded-store.js';
import { isOpen } from './open.table.js';
import type { LabelRules } from './labels.js';
import { workItemsOf } from './work-notes.js';
import { policies, without, type CompileScope } from './policy.js';

export interface Gate {
  isOpen(endpoint: Endpoint, route: Route): boolean;
  readonly anonymous: Actor;
  /** Fault `unauthenticated`. */
  authenticate(request: FhirRequest): Promise<Actor>;
  /** Fault `forbidden`. */
  authorize(actor: Actor, endpoint: Endpoint, route: Route): void;
  /**
   * The store as this actor may see it on this route; without a route, under any scope to read or search.
   * @param off types that are switched off for the actor
   */
  guard(store: Store, actor: Actor, endpoint: Endpoint, route?: Route, off?: ReadonlySet<string>): GuardedStore;
}

export function createGate(
  authenticate: Authenticate,
  definitions: Definitions,
  compile: (endpoint: Endpoint) => CompileScope,
  labels: LabelRules,
): Gate {
  const { own } = definitions;
  const policyOf = policies(compile, {
    ...{ roleSystem: own.codeSystem('role'), tagSystem: own.codeSystem('message-count') },
    ...{ labels, workItems: workItemsOf(own) },
  });
  return {
    isOpen: (_endpoint, route) => isOpen(route, definitions.own),
    anonymous,
    authenticate,
    authorize: (actor, endpoint, route) => authorize(policyOf(actor, endpoint), endpoint, route, definitions),
    guard: (store, actor, endpoint, route, off) =>
      guard(store, without(policyOf(actor, endpoint), off), route && needOf(route, definitions), actor.subject),
  };
}
