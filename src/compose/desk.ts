/** The Workbench's way to the portal's endpoint: the same dispatch as the API, with a token of whoever is signed in. */
import type { Config } from '../config/config.js';
import type { Endpoint } from '../definitions/endpoint.js';
import type { World } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import type { Resource } from '../fhir/resource.js';
import type { FhirResponse } from '../fhir/response.js';
import type { PageTokens } from '../identity/sessions/page-token.js';
import type { Desk } from '../pages/workbench/desk.js';
import type { Dispatch } from '../service.js';
import { pageRequest } from './page-request.js';

export interface DeskParts {
  readonly config: Config;
  readonly world: World;
  /** The endpoint at which staff work. */
  readonly portal: Endpoint;
  readonly dispatch: Dispatch;
  readonly pageTokens: PageTokens;
}

export function createDesk({ config, world, portal, dispatch, pageTokens }: DeskParts): Desk {
  return async (who, call) => {
    const token = pageTokens.issue(who, 'workbench');
    const answer = await dispatch(pageRequest(portal.url, { ...call, token }, { config, world }), portal);
    const created = /\/([A-Z]\w*\/[A-Za-z0-9.-]+)\/_history\//.exec(answer.headers['location'] ?? '')?.[1];
    return { status: answer.status, resource: resourceOf(answer), ...defined({ created }) };
  };
}

function resourceOf({ body }: FhirResponse): Resource | undefined {
  if (body?.kind === 'resource') return body.resource;
  return body?.kind === 'json' ? (JSON.parse(body.text) as Resource) : undefined;
}
