/** Which expressions from outside may be evaluated: told by their form. */
import assert from 'node:assert/strict';
import { compileOutside } from '../../src/fhir/fhirpath.js';
import { Steps } from '../../src/fhir/steps.js';
import { processorTime } from '../fixtures/processor-time.js';

const isLinear = (expression: string): boolean => compileOutside(expression, new Steps()) !== undefined;

/** The result of an expression within the steps of one resource; 'too costly' where these do not suffice. */
function within(expression: string, value: object): unknown[] | string {
  const steps = new Steps();
  const begun = processorTime();
  try {
    return compileOutside(expression, steps, { allows: () => true })?.(value, {}, steps) ?? 'refused';
  } catch (error) {
    return (error as Error).message;
  } finally {
    assert.ok(processorTime() - begun < 1000, `${processorTime() - begun} ms`);
  }
}

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

  const ten = '(0|1|2|3|4|5|6|7|8|9)';
  const patient = {
    resourceType: 'Patient',
    name: Array.from({ length: 20_000 }, (_, at) => ({ given: [`g${at}`], text: 'a'.repeat(200) })),
  };
  const dots = (part: string, times: number): string => part.repeat(times);
  for (const [what, expression] of [
    ['nested lists', dots(`${ten}.select(`, 12) + ten + dots(')', 12)],
    ['lists one after another', ten + dots(`.select(${ten})`, 12)],
    ['a list that doubles', `${ten}.select(${ten}).aggregate($total.combine($total), 1)`],
    ['a text that doubles', `${ten}.select(${ten}).aggregate($total & $total, 'a')`],
    ['a text that doubles, unrolled', `('aaaaaaaa')${dots('.select($this & $this)', 28)}.upper().length()`],
    ['unions of much', 'name.given | name.given'],
    ['each with each', 'name.given.distinct().count()'],
    ['the whole compared again and again', dots('($this | $this.select($this)).', 20) + 'name'],
    ['a part that each text is searched for', `name.text.where(contains('${'a'.repeat(199)}b'))`],
    ['operators without end', `1${dots('+1', 2000)}`],
    ['conditions in conditions', dots('name.where(', 600) + 'true' + dots(')', 600)],
  ] as const) {
    it(`[F13] ends: ${what}`, () => {
      assert.match(String(within(expression, patient)), /too many steps|refused|Maximum call stack/);
    });
  }

  it('counts alike each time, and lets what people write pass', () => {
    const person = { resourceType: 'Patient', name: [{ family: 'Shaw', given: ['Amy', 'V'] }], gender: 'female' };
    assert.deepEqual(within("name.where(family = 'Shaw').given.first() & ' of ' & gender", person), ['Amy of female']);
    assert.deepEqual(
      within('name.given.distinct().count()', { resourceType: 'Patient', name: patient.name.slice(0, 500) }),
      [500],
    );
  });
});
