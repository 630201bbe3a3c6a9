/** `$deliveries`: the notices in a state, or about a resource, for administrators: no address, no text, no code. */
import { defined } from '../../fhir/defined.js';
import { instant } from '../../fhir/instant.js';
import { boundsOf } from '../../fhir/period.js';
import { FILE_BASE } from '../../fhir/own-canonicals.js';
import { localReference } from '../../fhir/reference.js';
import type { ListedDelivery } from '../../portal/deliveries.js';
import { wrongParameter } from '../../portal/person-parameters.js';
import type { Context, HandlerParts, Operation } from '../../service.js';
import type { DeliveriesInput, DeliveriesOutput } from '../types.js';

export type DeliveriesParts = Pick<HandlerParts, 'deliveries'>;

/** Codes of delivery-state that a delivery has. */
const STATES = ['queued', 'held', 'sent', 'delivered', 'bounced', 'failed', 'dead', 'withheld', 'expired'];
/** Those that can be sent again. */
const LOST = ['failed', 'dead'];
const USUAL = 100;
const MOST = 1000;

export const createDeliveryList = ({ deliveries }: DeliveriesParts): Operation<DeliveriesInput, DeliveriesOutput> => ({
  definition: `${FILE_BASE}/OperationDefinition/deliveries`,
  async handler({ state = LOST, about, channel, since, until, count = USUAL }, context) {
    if (count < 1 || count > MOST) throw wrongParameter('count', `a number from 1 to ${MOST}`);
    if (!state.every(one => STATES.includes(one))) throw wrongParameter('state', `one of ${STATES.join(', ')}`);
    const within = boundsOf(defined({ start: since, end: until }));
    const of = { states: state, within, ...defined({ about: about && resourceOf(about, context), channel }) };
    const found = await deliveries.list(of, count + 1);
    return { output: { delivery: found.slice(0, count).map(partsOf), more: found.length > count } };
  },
});

/** The resource that a reference leads to, here: `Task/1`. Fault `invalid`. */
export function resourceOf(reference: string, { endpoint }: Pick<Context, 'endpoint'>): string {
  const local = localReference(reference, [endpoint.url]);
  if (!local) throw wrongParameter('about', 'a reference to a resource here, as Task/1');
  return `${local.type}/${local.id}`;
}

const partsOf = ({ id, event, about, outcome, person, channel, at, until, reason }: ListedDelivery) => ({
  ...{ id, event, about: { reference: about }, state: outcome, at: instant(at) },
  ...defined({
    until: until === undefined ? undefined : instant(until),
    person: person === undefined ? undefined : { reference: person },
    channel,
    reason,
  }),
});
