/** A member of staff (Practitioner) as a form has them: name, e-mail address, whether they are here. */
import type { ContactPoint, HumanName, Practitioner } from 'fhir/r4.js';
import { asJson, typed, type Resource } from '../../../fhir/resource.js';

export interface UserValues {
  readonly given: string;
  readonly family: string;
  readonly email: string;
  readonly active: boolean;
}

const isEmail = ({ system, use }: ContactPoint): boolean => system === 'email' && use !== 'old';

export function userValuesOf(resource: Resource | undefined): UserValues {
  const { name = [], telecom = [], active }: Partial<Practitioner> = resource ? typed<Practitioner>(resource) : {};
  const [{ given = [], family = '' } = {}] = name;
  const email = telecom.find(isEmail)?.value ?? '';
  return { given: given.join(' '), family, email, active: active !== false };
}

/** The member of staff with these values; all else stays. */
export function withUserValues(values: UserValues, before: Resource | undefined): Resource {
  const person: Practitioner = before ? typed<Practitioner>(before) : { resourceType: 'Practitioner' };
  const { name: names = [], telecom = [], ...rest } = person;
  const known = userValuesOf(before);
  const isNamedSo = known.given === values.given && known.family === values.family;
  const name = isNamedSo ? names : [named(values, names[0]), ...names.slice(1)];
  const contact = known.email === values.email ? telecom : reached(values.email, telecom);
  const next: Practitioner = {
    ...rest,
    ...(name.length > 0 ? { name } : {}),
    ...(contact.length > 0 ? { telecom: contact } : {}),
    active: values.active,
  };
  return asJson(next);
}

/** A text of the name before would tell of the old one. */
function named({ given, family }: UserValues, before: HumanName = { use: 'official' }): HumanName {
  const { text: _text, given: _given, family: _family, ...rest } = before;
  const parts = given.split(/\s+/).filter(one => one !== '');
  return { ...rest, ...(family === '' ? {} : { family }), ...(parts.length === 0 ? {} : { given: parts }) };
}

function reached(email: string, telecom: readonly ContactPoint[]): ContactPoint[] {
  const first = telecom.find(isEmail);
  const others = telecom.filter(one => one !== first);
  return email === '' ? others : [{ ...(first ?? { system: 'email', use: 'work' }), value: email }, ...others];
}
