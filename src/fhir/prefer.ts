/** The Prefer header. https://hl7.org/fhir/R4/http.html#ops, https://hl7.org/fhir/R4/search.html#errors, RFC 7240 */
import { Fault } from './fault.js';

export interface Preference {
  return?: 'minimal' | 'representation' | 'OperationOutcome';
  handling?: 'strict' | 'lenient';
}

const RETURNS = ['minimal', 'representation', 'OperationOutcome'] as const;
const HANDLINGS = ['strict', 'lenient'] as const;

/** Unknown preferences are ignored, as RFC 7240 says; a known one with an unknown value is Fault `invalid`. */
export function parsePrefer(header: string | undefined): Preference {
  const preference: Preference = {};
  for (const part of header?.split(/[,;]/, 20) ?? []) {
    const [name = '', value = ''] = part.split('=', 2).map(text => text.trim().replace(/^"(.*)"$/, '$1'));
    if (name.toLowerCase() === 'return') preference.return = oneOf(RETURNS, value, 'return');
    if (name.toLowerCase() === 'handling') preference.handling = oneOf(HANDLINGS, value, 'handling');
  }
  return preference;
}

function oneOf<T extends string>(values: readonly T[], value: string, name: string): T {
  const known = values.find(candidate => candidate === value);
  if (known === undefined) {
    throw new Fault('invalid', `Prefer: ${name} must be one of ${values.join(', ')}.`, { code: 'value' });
  }
  return known;
}
