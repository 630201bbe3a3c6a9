/**
 * The SMART configuration of the development issuer, which lists no more than there is: it gives tokens to a caller with
 * demo-system's, and has no authorization page. https://hl7.org/fhir/smart-app-launch/conformance.html
 */
import type { Config } from '../config/config.js';
import type { JsonObject } from '../fhir/resource.js';

/** The document below `/.well-known/` of each FHIR base; undefined if there is none of this name, or no issuer of ours. */
export function wellKnown({ url, demo }: Pick<Config, 'url' | 'demo'>, name: string): JsonObject | undefined {
  if (!demo || name !== 'smart-configuration') return undefined;
  return {
    token_endpoint: `${url}/development/token`,
    grant_types_supported: [],
    code_challenge_methods_supported: [],
    scopes_supported: ['system/*.cruds', 'user/*.cruds', 'patient/*.rs'],
    capabilities: ['permission-patient', 'permission-user', 'permission-v1', 'permission-v2'],
  };
}
