/** What Parameters of $deliveries hold. */
import type { Parameters, ParametersParameter } from 'fhir/r4.js';
import type { Query } from '../../../fhir/request.js';
import type { Fields } from '../../account/visit.js';

/** A notice to one person. */
export interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly about: string;
  readonly state: string;
  readonly at: string;
  readonly person?: string | undefined;
  readonly channel?: string | undefined;
  readonly reason?: string | undefined;
}

export const LOST = ['failed', 'dead'];
export const STATES = ['queued', 'held', 'sent', 'delivered', 'bounced', ...LOST, 'withheld', 'expired'];
export const CHANNELS = ['email', 'sms'];

/** The names of what an address chooses by. */
export const FILTERS = ['state', 'channel', 'since', 'until'] as const;

/** As parameters of the operation; by default it lists what was lost. */
export const queryOf = (fields: Fields): Query =>
  FILTERS.flatMap(name => (fields(name) === '' ? [] : [[name, fields(name)] as const]));

export function deliveriesIn({ parameter = [] }: Pick<Parameters, 'parameter'>): Delivery[] {
  return parameter.flatMap(({ name, part = [] }) => (name === 'delivery' ? [deliveryOf(part)] : []));
}

export const hasMore = ({ parameter = [] }: Pick<Parameters, 'parameter'>): boolean =>
  parameter.some(({ name, valueBoolean }) => name === 'more' && valueBoolean === true);

function deliveryOf(parts: readonly ParametersParameter[]): Delivery {
  const part = (name: string): ParametersParameter | undefined => parts.find(one => one.name === name);
  return {
    id: part('id')?.valueId ?? '',
    event: part('event')?.valueCode ?? '',
    about: part('about')?.valueReference?.reference ?? '',
    state: part('state')?.valueCode ?? '',
    at: part('at')?.valueInstant ?? '',
    person: part('person')?.valueReference?.reference,
    channel: part('channel')?.valueCode,
    reason: part('reason')?.valueString,
  };
}
