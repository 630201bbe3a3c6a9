/** The apps of demo mode that people launch. */
import type { RegisteredClient } from '../identity/authorization-server/registered-client.js';

/** @param url public address of the server, without a trailing slash */
export const demoApps = (url: string): readonly RegisteredClient[] => [
  {
    id: 'demo-app',
    kind: 'app',
    name: 'Demo app',
    integration: 'demo',
    scope: [
      'openid fhirUser profile offline_access online_access launch launch/patient launch/encounter',
      'patient/*.cruds patient/*.$* user/*.cruds user/*.$*',
    ].join(' '),
    authMethod: 'none',
    redirectUris: [`${url}/demo-app`],
  },
];
