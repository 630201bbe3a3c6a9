/** What members are looked for by, as search filters: for Patients, and for proxies who are none. */
import { emailForm } from '../../fhir/email-address.js';
import { Fault } from '../../fhir/fault.js';
import type { Query } from '../../fhir/request.js';
import { literal } from '../../fhir/search-literal.js';
import { birthDateOf, wrongParameter } from '../../portal/person-parameters.js';
import { and, or } from '../../search/filters.js';
import { parseCriteria } from '../../search/parse.js';
import type { Filter } from '../../search/query.js';
import type { MembersInput } from '../types.js';

type Parse = (type: string, query: Query) => Filter;

/** A search value is looked at as far as people type. */
const LONGEST = 200;

/** The criteria by search parameter. Faults: `invalid`; `unprocessable` where there is none. */
export function criteriaOf({ name, birthDate, identifier, email, phone }: MembersInput): Query {
  const words = name?.split(/\s+/).filter(word => word !== '') ?? [];
  const query: Query = [
    ...words.map((word): [string, string] => ['name', literal(word)]),
    ...single('birthdate', birthDate && birthDateOf(birthDate, 'birthDate')),
    ...single('identifier', identifier && tokenOf(identifier)),
    ...single('email', email && literal(emailForm(email.trim()) ?? wrong('email', 'one e-mail address'))),
    ...single('phone', phone && literal(phone)),
  ];
  if (query.some(([, value]) => value.length > LONGEST))
    throw wrongParameter('name', `of at most ${LONGEST} characters`);
  if (query.length > 0) return query;
  throw new Fault('unprocessable', 'Give a name, birth date, identifier, e-mail address or telephone number.', {
    code: 'required',
    expression: 'Parameters.parameter',
  });
}

const single = (parameter: string, value: string | undefined): [string, string][] =>
  value === undefined || value === '' ? [] : [[parameter, value]];

function wrong(name: string, expected: string): never {
  throw wrongParameter(name, expected);
}

/** `system|value`, or a value of any system. */
function tokenOf(identifier: string): string {
  const [, system, value = identifier] = /^([^|]*)\|(.*)$/s.exec(identifier) ?? [];
  return system === undefined ? literal(value) : `${literal(system)}|${literal(value)}`;
}

/** Patients; and accounts without a Patient of their own, by what the account or the relation says of the person. */
export function membersFor(query: Query, parse: Parse): { type: string; where: Filter }[] {
  const proxies = query.map(([name, value]) =>
    or([parse('Person', [[name, value]]), parse('Person', [[`relatedperson.${name}`, value]])]),
  );
  return [
    { type: 'Patient', where: parse('Patient', query) },
    { type: 'Person', where: and([parse('Person', [['patient:missing', 'true']]), ...proxies]) },
  ];
}

/** @param options of the search */
export const parserOf =
  (...[registry, options]: [Parameters<typeof parseCriteria>[0], Parameters<typeof parseCriteria>[3]]): Parse =>
  (type, query) => {
    const filter = parseCriteria(registry, type, query, options);
    if (!filter) throw new Error('criteria without a condition');
    return filter;
  };
