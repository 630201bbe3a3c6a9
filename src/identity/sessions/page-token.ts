/**
 * Access tokens for the pages that show FHIR answers: whoever is signed in to a browser reads there what an app of theirs could
 * read. A token never leaves this process, and is made from a session that is looked at for each page.
 */
import { fixedClients, type Clients } from '../../access/clients.js';
import type { Claims, TokenVerifier } from '../../access/token.js';
import type { World } from '../../fhir/clock.js';
import { newSecret } from '../../fhir/secret.js';
import { Cache } from '../../runtime/cache.js';
import type { SignedIn } from './session.js';

export interface PageTokens {
  /** A token of this person, who reads as themselves and for whom they act. */
  issue(who: SignedIn): string;
  readonly verify: TokenVerifier;
}

const ISSUER = 'portico:pages';

/** Everything that the person may read. */
const SCOPE = 'user/*.rs';

const CLIENT = { id: 'portico-pages', kind: 'user', registrations: ['app'], scope: SCOPE } as const;

/** The pages, as a client of their own. */
export const pageClients: Clients = fixedClients(ISSUER, [CLIENT]);

/** Milliseconds; a token is given out in the first half of them. */
const LIFETIME = 60_000;
const MOST = 10_000;

export function createPageTokens({ clock, random }: Pick<World, 'clock' | 'random'>): PageTokens {
  const claims = new Cache<Claims>(MOST);
  const tokens = new Cache<string>(MOST);
  return {
    issue({ account }) {
      const known = tokens.get(account);
      const good = known === undefined ? undefined : claims.get(known);
      if (known !== undefined && good && clock.now() < good.expires - LIFETIME / 2) return known;
      const token = newSecret(random);
      const expires = clock.now() + LIFETIME;
      claims.set(token, {
        issuer: ISSUER,
        subject: account,
        clientId: CLIENT.id,
        scope: SCOPE,
        fhirUser: account,
        expires,
      });
      tokens.set(account, token);
      return token;
    },
    verify: (token, now) => {
      const found = claims.get(token);
      return Promise.resolve(found && now < found.expires ? found : undefined);
    },
  };
}
