/** The parameters that identify a person: at type level facts, at instance level the Patient. */
import type { Patient } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { contactOf, type Contact } from './contact.js';
import { findEnrollee, type Enrollee } from './account.js';
import type { Facts } from './identity.js';
import type { WorkflowReader } from './step.js';

/** The facts that a caller may state about a person. */
interface Stated {
  /** `system|value` */
  identifier?: string;
  family?: string;
  given?: string;
  /** `YYYY-MM-DD` */
  birthDate?: string;
  email?: string;
  phone?: string;
}

/** A call about a person: at type level without an id, at instance level with the id of the Patient. */
interface PersonCall {
  input: Stated;
  context: { route: { id?: string } };
  /** Sees what the caller sees. */
  seen: WorkflowReader;
  /** Sees all. */
  all: WorkflowReader;
}

/** Fault `invalid` that names the parameter. */
export function wrongParameter(name: string, expected: string): Fault {
  return new Fault('invalid', `The parameter ${name} must be ${expected}.`, {
    code: 'value',
    expression: `Parameters.parameter.where(name='${name}')`,
  });
}

function missingParameter(name: string, message: string): Fault {
  return new Fault('unprocessable', message, {
    code: 'required',
    expression: `Parameters.parameter.where(name='${name}')`,
  });
}

/** `YYYY-MM-DD` of a real day. Fault `invalid`. */
export function dayOf(value: string, name: string): string {
  const real = /^\d{4}-\d{2}-\d{2}$/.test(value) && new Date(`${value}T00:00:00Z`).toISOString().startsWith(value);
  if (!real) throw wrongParameter(name, 'a day, YYYY-MM-DD');
  return value;
}

/** A name as people have them: no control characters, not endless. */
function nameOf(value: string, name: string): string {
  const trimmed = value.trim();
  if (!/^[^\p{Cc}\p{Cs}]{1,100}$/u.test(trimmed)) throw wrongParameter(name, 'a name of at most 100 characters');
  return trimmed;
}

function identifierOf(value: string): { system: string; value: string } {
  const [, system, code] = /^([^|\s]{1,255})\|([^|\p{Cc}]{1,255})$/u.exec(value) ?? [];
  if (system === undefined || code === undefined) throw wrongParameter('identifier', 'an identifier, system|value');
  return { system, value: code };
}

function factsOf(input: Stated): Facts {
  const { identifier, family, given, birthDate } = input;
  return {
    ...(identifier === undefined ? {} : { identifier: identifierOf(identifier) }),
    ...(family === undefined ? {} : { family: nameOf(family, 'family') }),
    ...(given === undefined ? {} : { given: nameOf(given, 'given') }),
    ...(birthDate === undefined ? {} : { birthDate: dayOf(birthDate, 'birthDate') }),
    ...statedContact(input),
  };
}

/** The addresses that the caller states, normalised. Fault `invalid` that names the parameter. */
export const statedContact = ({ email, phone }: Stated): Contact => contactOf({ email, phone });

/** The person meant. At instance level the Patient must be visible to the caller. Fault `not-found`. */
export async function enrolleeOf({ input, context, seen, all }: PersonCall): Promise<Enrollee> {
  const facts = factsOf(input);
  const { id } = context.route;
  if (id === undefined) return findEnrollee(facts, all);
  const patient = await seen.get<Patient>(`Patient/${id}`);
  if (!patient) throw new Fault('not-found', `There is no Patient/${id}.`);
  return findEnrollee(facts, all, patient);
}

/** What an invitation or an account cannot be made without. Faults `unprocessable`. */
export function requireFacts({ input, context }: Pick<PersonCall, 'input' | 'context'>, { facts }: Enrollee): void {
  const typeLevel = context.route.id === undefined;
  const given = typeLevel ? factsOf(input) : facts;
  if (given.family === undefined) throw missingParameter('family', 'A family name is needed.');
  if (given.birthDate === undefined) throw missingParameter('birthDate', 'A birth date is needed.');
  if (given.email === undefined && given.phone === undefined) {
    throw missingParameter('email', 'An e-mail address or a telephone number is needed.');
  }
}

/** Enough to look somebody up by. Fault `unprocessable`. */
export function requireLookup({ input, context }: Pick<PersonCall, 'input' | 'context'>): void {
  const facts = factsOf(input);
  const byFacts =
    facts.family !== undefined && facts.birthDate !== undefined && (facts.email ?? facts.phone) !== undefined;
  if (context.route.id !== undefined || facts.identifier !== undefined || byFacts) return;
  throw missingParameter(
    'identifier',
    'Give an identifier, or family name, birth date and an e-mail address or telephone number.',
  );
}
