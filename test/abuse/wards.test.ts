/** Patients, proxies and staff, each kept to what is theirs, on every store. */
import { directory, strictFilters } from './directory.js';
import { hidden, oddReads } from './hidden.js';
import { identities } from './identity.js';
import { pageLinks } from './links.js';
import { endingRoles, proxies } from './people.js';
import { searches } from './searches.js';
import { scopes, staff } from './staff.js';
import { eachWard, oneWard } from './ward.js';
import { writes } from './writes.js';

describe('abuse: access on every store', () => {
  eachWard((journey, store) => {
    hidden(journey);
    searches(journey);
    directory(journey);
    writes(journey);
    identities(journey);
    endingRoles(journey);
    // What is the same code on every store waits for no slow one.
    if (store !== 'mongo') for (const register of [staff, scopes, proxies]) register(journey);
    pageLinks(journey);
  });
});

describe('abuse: access over HTTP', () => {
  oneWard(journey => {
    strictFilters(journey);
    oddReads(journey);
  });
});
