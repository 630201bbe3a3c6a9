/** Scopes that are no resource scopes, and the algorithms that clients sign assertions with. */

/** https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html */
export const fixedScopes = [
  ...['openid', 'fhirUser', 'profile', 'offline_access', 'online_access'],
  ...['launch', 'launch/patient', 'launch/encounter'],
] as const;

/** https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html */
export const assertionAlgorithms = ['RS384', 'ES384'] as const;
