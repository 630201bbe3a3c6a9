/** What of the scopes asked for lies within those allowed, against a model that lists what each scope gives. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { scopesWithin } from '../../src/access/scope-bounds.js';
import { parseScopes } from '../../src/access/scope.js';

const TYPES = ['Patient', 'Observation'];
const CATEGORIES = ['laboratory', 'vital-signs', 'other'];
const OPERATIONS = ['claim', 'release'];

/** Everything that scopes give, one by one: context, type, and a permission on a category or an operation. */
function given(text: string): Set<string> {
  const all = parseScopes(text).flatMap(({ context, type, permissions, operation, query }) =>
    (type === '*' ? TYPES : [type]).flatMap(one => {
      if (operation !== undefined) {
        return (operation === '*' ? OPERATIONS : [operation]).map(name => `${context} ${one} $${name}`);
      }
      const categories = CATEGORIES.filter(category => query === undefined || query === `category=${category}`);
      return [...permissions].flatMap(permission => categories.map(of => `${context} ${one} ${permission} ${of}`));
    }),
  );
  return new Set(all);
}

const permissions = fc.oneof(
  fc.subarray(['c', 'r', 'u', 'd', 's'], { minLength: 1 }).map(letters => letters.join('')),
  fc.constantFrom('read', 'write', '*'),
);
const query = fc.constantFrom('', '', '?category=laboratory', '?category=vital-signs');
const operation = fc.constantFrom('$claim', '$release', '$*');
const word = fc
  .tuple(
    fc.constantFrom('patient', 'user', 'system'),
    fc.constantFrom('*', ...TYPES),
    fc.oneof({ weight: 4, arbitrary: fc.tuple(permissions, query).map(parts => parts.join('')) }, operation),
  )
  .map(([context, type, ability]) => `${context}/${type}.${ability}`);
const scopes = fc.array(word, { maxLength: 6 }).map(words => words.join(' '));

describe('scopes within others', () => {
  it('[A22] [B40] [B41] give exactly what both lists give', () => {
    fc.assert(
      fc.property(scopes, scopes, (asked, allowed) => {
        const both = given(asked).intersection(given(allowed));
        assert.deepEqual(given(scopesWithin(asked, allowed)), both);
      }),
      { numRuns: 2000 },
    );
  });

  it('[R126] are said as they were asked for, where they are allowed whole', () => {
    fc.assert(
      fc.property(scopes, asked => {
        const words = new Set(asked.split(' ').filter(one => parseScopes(one).length > 0));
        assert.deepEqual(new Set(scopesWithin(asked, `${asked} openid`).split(' ').filter(Boolean)), words);
      }),
    );
  });

  it('fixed words are granted where they are registered, unknown ones never', () => {
    assert.equal(scopesWithin('openid launch/patient x', 'openid fhirUser'), 'openid');
  });
});
