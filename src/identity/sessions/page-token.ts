/**
 * Access tokens for pages: on those that show FHIR answers, whoever is signed in to a browser reads what an app of theirs could
 * read; on the Workbench, staff do what their roles let them do. A token never leaves this process, and is made from a session that
 * is looked at for each page.
 */
import { fixedClients, type Clients } from '../../access/clients.js';
import type { Claims, TokenVerifier } from '../../access/token.js';
import type { World } from '../../fhir/clock.js';
import { newSecret } from '../../fhir/secret.js';
import { Cache } from '../../runtime/cache.js';
import type { SignedIn } from './session.js';

export interface PageTokens {
  /** A token of this person, who reads as themselves and for whom they act, or works as staff. */
  issue(who: SignedIn, pages?: keyof typeof CLIENTS): string;
  readonly verify: TokenVerifier;
}

const ISSUER = 'portico:pages';

const APP = { kind: 'user', registrations: ['app'] } as const;

/** Pages of resources show everything that the person may read; the Workbench does what the person may do. */
const CLIENTS = {
  resources: { id: 'portico-pages', ...APP, scope: 'user/*.rs' },
  workbench: { id: 'portico-workbench', ...APP, scope: 'user/*.cruds user/*.$*' },
} as const;

/** The pages, as clients of their own. */
export const pageClients: Clients = fixedClients(ISSUER, Object.values(CLIENTS));

/** Milliseconds; a token is given out in the first half of them. */
const LIFETIME = 60_000;
const MOST = 10_000;

export function createPageTokens({ clock, random }: Pick<World, 'clock' | 'random'>): PageTokens {
  const claims = new Cache<Claims>(MOST);
  const tokens = new Cache<string>(MOST);
  return {
    issue({ account }, pages = 'resources') {
      const { id: clientId, scope } = CLIENTS[pages];
      const name = `${clientId} ${account}`;
      const known = tokens.get(name);
      const good = known === undefined ? undefined : claims.get(known);
      if (known !== undefined && good && clock.now() < good.expires - LIFETIME / 2) return known;
      const token = newSecret(random);
      const expires = clock.now() + LIFETIME;
      claims.set(token, {
        issuer: ISSUER,
        subject: account,
        clientId,
        scope,
        fhirUser: account,
        expires,
      });
      tokens.set(name, token);
      return token;
    },
    verify: (token, now) => {
      const found = claims.get(token);
      return Promise.resolve(found && now < found.expires ? found : undefined);
    },
  };
}
