/** What an auditor looks for, as a search of AuditEvents. https://hl7.org/fhir/R4/auditevent.html#search */
import type { Query } from '../../../fhir/request.js';
import { literal } from '../../../fhir/search-literal.js';
import type { PlainKey } from '../../../texts/words.js';
import type { Fields } from '../../account/visit.js';

/** The names of what an address chooses by. */
export const FILTERS = ['patient', 'agent', 'action', 'since', 'until', 'outcome'] as const;

/** Codes of AuditEvent.action, with what they are called in the words of accesses. */
export const ACTIONS = {
  C: 'accessAdded',
  R: 'accessLooked',
  U: 'accessChanged',
  D: 'accessRemoved',
  E: 'accessUsed',
} as const;
/** Codes of AuditEvent.outcome. */
export const OUTCOMES: Readonly<Record<string, PlainKey>> = { 0: 'auditDone', 4: 'auditRefused', 8: 'auditFailed' };

export function criteriaOf(fields: Fields): Query {
  const of = (name: (typeof FILTERS)[number], value: (text: string) => readonly [string, string]): Query => {
    const text = fields(name).trim();
    return text === '' ? [] : [value(text)];
  };
  return [
    ...of('patient', text => ['patient', text.includes('/') ? text : `Patient/${text}`]),
    ...of('agent', agent),
    ...of('action', text => ['action', text]),
    ...of('since', text => ['date', `ge${text}`]),
    ...of('until', text => ['date', `le${text}`]),
    ...of('outcome', text => ['outcome', text]),
  ];
}

/** Accounts and clients are named by altId alone; staff are looked for by name. */
function agent(text: string): readonly [string, string] {
  if (/^Person\/|^client:/.test(text)) return ['altid', text];
  return text.includes('/') ? ['agent', text] : ['agent:Practitioner.name', literal(text)];
}
