/** The portal's rules for plain REST writes, by type. */
import type { Communication } from 'fhir/r4.js';
import type { Endpoint } from '../definitions/endpoint.js';
import type { Resource } from '../fhir/resource.js';
import { keepMessage, postMessage } from '../portal/message.js';
import type { Context, WriteRule } from '../service.js';
import { readerOf } from './workflow-reader.js';

const communication: WriteRule = async (resource, previous, context) => {
  const draft = resource as unknown as Communication;
  if (previous) return { resource: keepMessage(draft, previous as unknown as Communication) as unknown as Resource };
  const all = readerOf(context, context.asSystem('a message: its flow, its account'));
  const posted = await postMessage(draft, {
    author: context.actor,
    seen: readerOf(context, context.store),
    all,
    world: context.services,
    base: context.endpoint.url,
    ...context.services.portal,
  });
  if (posted.unreached) warnUnreached(context);
  return { resource: posted.message as unknown as Resource, step: posted.step };
};

function warnUnreached({ warnings }: Context): void {
  const diagnostics = 'The message is in the inbox, but there is no account with an address for a notice.';
  warnings.push({ severity: 'warning', code: 'informational', diagnostics });
}

/** The rule of a type; undefined for most, and for all that customers keep: theirs is data, not work of the portal. */
export const writeRule = (type: string, endpoint: Endpoint): WriteRule | undefined =>
  endpoint.workflows && type === 'Communication' ? communication : undefined;
