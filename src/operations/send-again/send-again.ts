/** `$send-again`: lost notices go into the outbox again, with all their tries; of those named all or none. */
import { Fault } from '../../fhir/fault.js';
import { FILE_BASE } from '../../fhir/own-canonicals.js';
import type { HandlerParts, Operation } from '../../service.js';
import { resourceOf } from '../deliveries/deliveries.js';
import type { SendAgainInput, SendAgainOutput } from '../types.js';

export type SendAgainParts = Pick<HandlerParts, 'deliveries'>;

const MOST = 100;

export const createSendAgain = ({ deliveries }: SendAgainParts): Operation<SendAgainInput, SendAgainOutput> => ({
  definition: `${FILE_BASE}/OperationDefinition/send-again`,
  async handler({ delivery: named = [], about = [] }, context) {
    const found = await Promise.all(about.map(one => lostAbout(resourceOf(one, context), { deliveries })));
    const ids = [...new Set([...named, ...found.flat()])];
    if (ids.length === 0) throw new Fault('unprocessable', 'Name deliveries, or what they are about.');
    if (ids.length > MOST) throw new Fault('too-costly', `At most ${MOST} deliveries are sent again at once.`);
    const again = await Promise.all(ids.map(id => deliveries.again(id)));
    const missing = again.findIndex(one => one === undefined);
    if (missing >= 0) throw noDelivery(named.indexOf(ids[missing] ?? ''));
    const sent = again.filter(one => one !== undefined);
    context.details.push(...sent.map(({ about: name }) => ({ name, before: 'lost', after: 'queued' })));
    return {
      output: { delivery: ids },
      changes: { documents: sent.flatMap(({ documents }) => documents) },
      asSystem: REASON,
    };
  },
});

const REASON = 'notices sent again';

async function lostAbout(about: string, { deliveries }: SendAgainParts): Promise<string[]> {
  const lost = await deliveries.list({ about, states: ['failed', 'dead'] }, MOST);
  if (lost.length > 0) return lost.map(({ id }) => id);
  throw new Fault('not-found', 'There is no lost notice about this resource.', {
    expression: "Parameters.parameter.where(name='about')",
  });
}

const noDelivery = (at: number): Fault =>
  new Fault('not-found', 'There is no lost notice of this id.', {
    expression: `Parameters.parameter.where(name='delivery')[${Math.max(0, at)}]`,
  });
