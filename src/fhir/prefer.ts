/** The Prefer header. https://hl7.org/fhir/R4/http.html#ops, https://hl7.org/fhir/R4/search.html#errors, RFC 7240 */
import { defined } from './defined.js';
import { Fault } from './fault.js';

export interface Preference {
  return?: 'minimal' | 'representation' | 'OperationOutcome';
  handling?: 'strict' | 'lenient';
}

const RETURNS = ['minimal', 'representation', 'OperationOutcome'] as const;
const HANDLINGS = ['strict', 'lenient'] as const;

/**
 * Preferences that are not known are ignored, and of one given twice the first counts, as RFC 7240 says. With
 * `handling=strict` a known name with an unknown value is Fault `invalid`.
 */
export function parsePrefer(header: string | undefined): Preference {
  const sent = new Map<string, string>();
  for (const part of header?.split(/[,;]/, 20) ?? []) {
    const [name = '', value = ''] = part.split('=', 2).map(text => text.trim().replace(/^"(.*)"$/, '$1'));
    if (!sent.has(name.toLowerCase())) sent.set(name.toLowerCase(), value);
  }
  const preference = defined({
    return: knownOf(RETURNS, sent.get('return')),
    handling: knownOf(HANDLINGS, sent.get('handling')),
  });
  const unknown = sent.has('return') && preference.return === undefined;
  if (unknown && preference.handling === 'strict') {
    throw new Fault('invalid', `Prefer: return must be one of ${RETURNS.join(', ')}.`, { code: 'value' });
  }
  return preference;
}

const knownOf = <T extends string>(values: readonly T[], value: string | undefined): T | undefined =>
  values.find(candidate => candidate === value);
