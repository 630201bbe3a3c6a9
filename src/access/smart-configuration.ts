/**
 * The SMART configuration of the development issuer, which lists no more than there is: it gives tokens to a caller with
 * demo-system's, and has no authorization page. https://hl7.org/fhir/smart-app-launch/conformance.html
 */
import type { Config } from '../config/config.js';
import type { Endpoint } from '../definitions/endpoint.js';
import type { JsonObject } from '../fhir/resource.js';

/** Contexts of the scopes that the demo clients of each registration have. */
const SCOPES = { app: ['user/*.cruds', 'patient/*.rs'], system: ['system/*.cruds'], customer: ['system/*.cruds'] };

/**
 * The document below `/.well-known/` of an endpoint that admits these clients; undefined if there is none
 * of this name, or no issuer of ours.
 */
export function wellKnown(
  { url, demo }: Pick<Config, 'url' | 'demo'>,
  name: string,
  admits: Endpoint['admits'],
): JsonObject | undefined {
  if (!demo || name !== 'smart-configuration') return undefined;
  const admitted = (['system', 'app', 'customer'] as const).filter(one => admits({ registrations: new Set([one]) }));
  const people = admitted.includes('app') ? ['permission-patient', 'permission-user'] : [];
  return {
    token_endpoint: `${url}/development/token`,
    grant_types_supported: [],
    code_challenge_methods_supported: [],
    scopes_supported: admitted.flatMap(one => SCOPES[one]),
    capabilities: [...people, 'permission-v2'],
  };
}
