/** The parameters that identify a person: at type level facts, at instance level the Patient. */
import type { Patient } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { parameterPath } from '../fhir/parameters.js';
import { contactOf, type Contact } from './contact.js';
import { findEnrollee, type Enrollee } from './enrollee.js';
import { canBeFound, type Facts } from './identity.js';
import { namesSomebody } from './name.js';
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
    expression: parameterPath(name),
  });
}

function missingParameter(name: string, message: string): Fault {
  return new Fault('unprocessable', message, {
    code: 'required',
    expression: parameterPath(name),
  });
}

/** A real day, or a month or year where no more is known: `YYYY[-MM[-DD]]`. Fault `invalid`. */
export function birthDateOf(value: string, name: string): string {
  const real = /^\d{4}(-\d{2}){0,2}$/.test(value) && new Date(value).getTime();
  if (real === false || Number.isNaN(real) || !new Date(real).toISOString().startsWith(value)) {
    throw wrongParameter(name, 'a date, YYYY-MM-DD');
  }
  return value;
}

/** A name as people have them: no control characters, not endless. */
function nameOf(value: string, name: string): string {
  const trimmed = value.trim();
  const named = /^[^\p{Cc}\p{Cs}]{1,100}$/u.test(trimmed) && namesSomebody(trimmed);
  if (!named) throw wrongParameter(name, 'a name of at most 100 characters');
  return trimmed;
}

function identifierOf(value: string): { system: string; value: string } {
  const [, system, code] = /^([^|\s]{1,255})\|([^|\p{Cc}]{1,255})$/u.exec(value) ?? [];
  if (system === undefined || code === undefined) throw wrongParameter('identifier', 'an identifier, system|value');
  return { system, value: code };
}

function factsOf({ input, all }: Pick<PersonCall, 'input' | 'all'>): Facts {
  const { identifier, family, given, birthDate } = input;
  return {
    ...(identifier === undefined ? {} : { identifier: identifierOf(identifier) }),
    ...(family === undefined ? {} : { family: nameOf(family, 'family') }),
    ...(given === undefined ? {} : { given: nameOf(given, 'given') }),
    ...(birthDate === undefined ? {} : { birthDate: birthDateOf(birthDate, 'birthDate') }),
    ...statedContact({ input, all }),
  };
}

/** The addresses that the caller states, normalised. Fault `invalid` that names the parameter. */
export const statedContact = ({ input: { email, phone }, all }: Pick<PersonCall, 'input' | 'all'>): Contact =>
  contactOf({ email, phone }, all.phoneNumber);

/** The person meant. At instance level the Patient must be visible to the caller. Fault `not-found`. */
export async function enrolleeOf(call: PersonCall): Promise<Enrollee> {
  const { context, seen, all } = call;
  const facts = factsOf(call);
  const { id } = context.route;
  if (id === undefined) return findEnrollee(facts, all);
  const patient = await seen.get<Patient>(`Patient/${id}`);
  if (!patient) throw new Fault('not-found', `There is no Patient/${id}.`);
  return findEnrollee(facts, all, patient);
}

/** What an invitation or an account cannot be made without. Faults `unprocessable`. */
export function requireFacts({ facts: given }: Enrollee): void {
  if (given.family === undefined) throw missingParameter('family', 'A family name is needed.');
  if (given.birthDate === undefined) throw missingParameter('birthDate', 'A birth date is needed.');
  if (given.email === undefined && given.phone === undefined) {
    throw missingParameter('email', 'An e-mail address or a telephone number is needed.');
  }
}

/** Enough to look somebody up by. Fault `unprocessable`. */
export function requireLookup(call: Omit<PersonCall, 'seen'>): void {
  const facts = factsOf(call);
  if (call.context.route.id !== undefined || facts.identifier !== undefined || canBeFound(facts)) return;
  throw missingParameter(
    'identifier',
    'Give an identifier, or family name, birth date and an e-mail address or telephone number.',
  );
}
