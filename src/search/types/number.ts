/** Number search. https://hl7.org/fhir/R4/search.html#number */
import { isObject, type Json } from '../../fhir/resource.js';
import { badValue } from '../limits.js';
import { decimalTest, numberOf, parseDecimal } from './decimal.js';
import { splitPrefix } from './prefix.js';
import type { Sink, Term, TermContext, ValueType } from './type.js';

function extract(value: Json, sink: Sink): void {
  const number = numberOf(value);
  if (number !== undefined) return sink.range('', number, number);
  if (!isObject(value)) return;
  // Range: RiskAssessment.prediction.probability
  const low = isObject(value['low']) ? numberOf(value['low']['value']) : undefined;
  const high = isObject(value['high']) ? numberOf(value['high']['value']) : undefined;
  if (low !== undefined || high !== undefined) sink.range('', low ?? -Number.MAX_VALUE, high ?? Number.MAX_VALUE);
}

function terms(value: string, _modifier: string | undefined, { name }: TermContext): Term[] {
  const { op, rest } = splitPrefix(value);
  const decimal = parseDecimal(rest);
  if (!decimal) throw badValue(name, 'the value is no number.');
  return [{ kind: 'range', suffix: '', test: decimalTest(op, decimal) }];
}

export const number: ValueType = {
  modifiers: [],
  dataTypes: ['decimal', 'integer', 'positiveInt', 'unsignedInt', 'Range'],
  extract,
  terms,
};
