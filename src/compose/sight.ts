/** What a person sees, outside any request of theirs: as an app shows it to them that may read all they may. */
import type { Gate } from '../access/gate.js';
import { parseScopes } from '../access/scope.js';
import type { Store } from '../store/port.js';
import type { Access } from './access.js';
import { endpointThat, type Model } from './model.js';

export interface SightParts {
  readonly gate: Pick<Gate, 'guard'>;
  readonly access: Pick<Access, 'actorOf'>;
  readonly model: Model;
  readonly store: Store;
}

/** Whether the person (`RelatedPerson/1`) sees the resource (`Communication/2`) at this moment. */
export const createSight =
  ({ gate, access, model, store }: SightParts) =>
  async (person: string, about: string): Promise<boolean> => {
    const actor = await access.actorOf(person);
    if (!actor) return false;
    const endpoint = endpointThat(model, 'workflows');
    const [type = '', id = ''] = about.split('/');
    const seen = gate.guard(store, { ...actor, scopes: parseScopes('patient/*.rs') }, endpoint);
    const [version] = await seen.read([{ partition: endpoint.partition, type, id }]);
    return version !== undefined && !version.deleted;
  };
