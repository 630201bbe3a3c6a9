/** Which expressions from outside may be evaluated: told by their form. */
import assert from 'node:assert/strict';
import { isLinear } from '../../src/fhir/fhirpath-cost.js';

describe('[F13] the cost of an expression', () => {
  for (const expression of [
    'name.exists()',
    "identifier.where(system = 'urn:a' and value.exists()).all(value.length() > 3) or name.empty()",
    "extension('http://example.org/a').value.ofType(Quantity).value >= 1.0",
    'contact.all(name.exists() xor organization.exists()) implies active',
    "(name | contact.name).given.first().startsWith('A')",
  ]) {
    it(`is bounded: ${expression}`, () => assert.equal(isLinear(expression), true));
  }

  for (const expression of [
    "family.matches('(a+)+$')",
    "family.replaceMatches('a*', 'b')",
    'descendants().count() > 1',
    'repeat(item).empty()',
    'name.all(%resource.name.count() = 1)',
    'name.aggregate($total + 1, 0) > 1',
    'name.where(given.where(descendants().exists()).exists()).exists()',
    'name.(',
    `name${'.given'.repeat(5000)}`,
  ]) {
    it(`is not known to be: ${expression.slice(0, 60)}`, () => assert.equal(isLinear(expression), false));
  }
});
