/** What the page of a profile shows and changes: as an app of the person would, by the portal's rules for all. */
import type { Actor } from '../access/actor.js';
import { parseScopes } from '../access/scope.js';
import type { CurrentConfiguration } from '../configuration/current.js';
import type { Resource } from '../fhir/resource.js';
import { saveProfile, seenProfile, type ProfileParts } from '../identity/accounts/profile.js';
import type { ProfilePageParts } from '../pages/account/profile.js';
import type { Dispatch } from '../service.js';
import { endpointThat } from './model.js';
import { serverReader, type ServerReaderParts } from './server-reader.js';

export interface ProfileCompositionParts extends ServerReaderParts, Pick<ProfileParts, 'actorOf'> {
  readonly configuration: CurrentConfiguration;
  readonly dispatch: Dispatch;
}

const SCOPES = parseScopes('user/Patient.u');
const CLIENT = 'portico-pages';

export function profilePageParts(parts: ProfileCompositionParts): Omit<ProfilePageParts, 'sessions'> {
  const { model, config, world, dispatch, configuration, actorOf } = parts;
  const endpoint = endpointThat(model, 'workflows');
  const asPage = (actor: Actor): Actor => ({
    ...actor,
    clientId: CLIENT,
    registrations: new Set(['app']),
    scopes: SCOPES,
  });
  const keeping: ProfileParts = {
    ...{ actorOf, settings: configuration, reader: serverReader(parts) },
    async update(actor, patient, version) {
      const request = {
        ...{ method: 'PUT' as const, base: endpoint.url, path: ['Patient', patient.id ?? ''], query: [] },
        headers: { 'if-match': `W/"${version}"` },
        body: { kind: 'resource' as const, resource: patient as unknown as Resource },
        ...{ id: world.ids.next(), deadline: world.clock.now() + config.limits.requestTimeout },
      };
      return (await dispatch(request, endpoint, asPage(actor))).status;
    },
  };
  return {
    seenProfile: (signedIn, id) => seenProfile(signedIn, id, keeping),
    saveProfile: (signedIn, change) => saveProfile(signedIn, change, keeping),
  };
}
