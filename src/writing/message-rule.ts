/** The rule for writes of messages: drafts, sending, retracting; what was sent stays as it was. */
import { isDeepStrictEqual } from 'node:util';
import type { Communication } from 'fhir/r4.js';
import { Fault, type Issue } from '../fhir/fault.js';
import type { Resource } from '../fhir/resource.js';
import { countedAs } from '../portal/countable.js';
import { extensionOf, withOwnOf } from '../portal/message-extensions.js';
import { messageWorkflow, traceOf } from '../portal/message-workflow.js';
import { saveDraft, sendMessage, type MessageParts } from '../portal/message.js';
import { refuseOtherReasons } from '../portal/message-reason.js';
import { retractionOf } from '../portal/retraction.js';
import { combined, step } from '../portal/step.js';
import { judge } from '../portal/workflow.js';
import type { Context, WriteRule } from '../service.js';
import type { PortalRuleParts } from './portal-rule-parts.js';
import { readerOf } from './workflow-reader.js';

const toMessage = (resource: Resource): Communication => resource as unknown as Communication;
const toResource = (message: Communication): Resource => message as unknown as Resource;

export const messageRule =
  (parts: PortalRuleParts): WriteRule =>
  async (resource, previous, context) => {
    const [next, before] = [toMessage(resource), previous && toMessage(previous)];
    if (before && before.status !== 'preparation') return afterSending(next, before, context, parts);
    if (context.actor.kind !== 'system') {
      refuseOtherReasons(next, (await parts.configuration())['message-reason'], parts.definitions.own);
    }
    const made = await messageParts(context, parts);
    if (next.status === 'preparation') return { resource: toResource(await saveDraft(next, made)) };
    if (next.status !== 'completed') throw neither();
    const { message, step: sending, unreached } = await sendMessage(next, made);
    if (unreached) context.warnings.push(nobodyReached);
    return { resource: toResource(message), step: sending };
  };

const neither = (): Fault =>
  new Fault('unprocessable', 'A message is a draft (preparation) or is sent (completed).', {
    expression: 'Communication.status',
  });

/** A message that was sent may be retracted, and is not changed otherwise. */
async function afterSending(
  wanted: Communication,
  before: Communication,
  context: Context,
  parts: PortalRuleParts,
): ReturnType<WriteRule> {
  const { own } = parts.definitions;
  const next = countedAs(withOwnOf(wanted, before, own), before, own);
  const all = readerOf(context, context.asSystem('a message: an update of it'), parts);
  const moving = () => ({ by: context.actor, now: parts.clock.now(), all, input: {} });
  const { resource, effects } = await judge(messageWorkflow, before, next, context.actor, moving);
  if (resource.status === 'entered-in-error' && before.status !== 'entered-in-error') {
    const trace = traceOf({ ...before, ...meta(next) }, next);
    const work = await retractionOf(before, all, parts.clock.now());
    return { resource: toResource(trace), step: combined(step({ effects }), work) };
  }
  const changed = changedElement(before, next);
  if (changed === undefined) return { resource: toResource(next) };
  throw new Fault('conflict', 'A message that was sent is not changed. It may be retracted: entered-in-error.', {
    expression: `Communication.${changed}`,
  });
}

const meta = ({ meta: of }: Communication): Pick<Communication, 'meta'> => (of ? { meta: of } : {});

/** The first element that differs; labels of the resource as a whole do not count. */
function changedElement(before: Communication, next: Communication): string | undefined {
  const [old, fresh] = [before, next].map(one => one as unknown as Record<string, unknown>);
  const names = new Set([...Object.keys(before), ...Object.keys(next)]);
  names.delete('meta');
  return [...names].find(name => !isDeepStrictEqual(old?.[name], fresh?.[name]));
}

async function messageParts(context: Context, parts: PortalRuleParts): Promise<MessageParts> {
  const configuration = await parts.configuration();
  return {
    author: context.actor,
    seen: readerOf(context, context.store, parts),
    all: readerOf(context, context.asSystem('a message: its flow, its account'), parts),
    world: parts,
    base: context.endpoint.url,
    replies: configuration.replies,
    personal: configuration['personal-messages'],
    ages: configuration,
    ...parts.portal,
  };
}

/** A draft is deleted by its author; of a sent message a trace stays. Fault `conflict`. */
export function refuseRemoval(resource: Resource, own: PortalRuleParts['definitions']['own']): void {
  const message = toMessage(resource);
  if (message.status === 'preparation' && extensionOf(message, 'author', own)) return;
  throw new Fault('conflict', 'A message that was sent is not deleted. It may be retracted: entered-in-error.', {
    expression: 'Communication.status',
  });
}

const nobodyReached: Issue = {
  severity: 'warning',
  code: 'informational',
  diagnostics: 'The message is in the inbox, but there is no account with an address for a notice.',
};
