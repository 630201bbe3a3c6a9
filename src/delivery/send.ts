/** A notice in words, given to a channel. */
import { defined } from '../fhir/defined.js';
import type { Notice } from '../portal/effect.js';
import { noticeKindOf } from '../portal/notice-kinds.table.js';
import type { Sent } from './channels/channel.js';
import type { DispatcherParts } from './dispatcher-parts.js';
import type { Route } from './route.js';

/** Its wording failed. */
export interface Unrendered {
  readonly kind: 'unrendered';
  readonly reason: string;
}

/** @param id of the delivery: the same for every try */
export async function send(
  id: string,
  effect: Notice,
  route: Route,
  { templates, settings, links, report }: Pick<DispatcherParts, 'templates' | 'settings' | 'links' | 'report'>,
): Promise<Sent | Unrendered> {
  const { event } = effect;
  const unsubscribe = links.unsubscribe(effect, route);
  const parameters = {
    ...{ ...effect.parameters, ...defined({ given: route.given }) },
    ...{ preferences: unsubscribe, misdirected: links.misdirected(effect) },
  };
  const rendered = await templates.render(event, route.language, parameters, await settings()).catch(report);
  if (!rendered) return { kind: 'unrendered', reason: `template ${event}` };
  const offer = noticeKindOf(event).essential ? undefined : unsubscribe;
  return route.channel.send({ id, to: route.address, ...rendered, ...defined({ unsubscribe: offer }) });
}
