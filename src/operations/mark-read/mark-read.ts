/** Communication/$mark-read: the caller has read this message. Calling it again changes nothing. */
import type { Communication } from 'fhir/r4.js';
import type { Actor } from '../../access/actor.js';
import { Fault } from '../../fhir/fault.js';
import { markRead as withMark } from '../../portal/read-mark.js';
import { changed, step } from '../../portal/step.js';
import type { Operation } from '../../service.js';
import { changesOf, written } from '../../writing/step-changes.js';
import { readerOf } from '../../writing/workflow-reader.js';

export const markRead: Operation = {
  definition: 'https://portico.health/fhir/OperationDefinition/Communication-mark-read',
  async handler(_input, context) {
    const { route, actor, services } = context;
    const message = await readerOf(context, context.store).get<Communication>(`Communication/${route.id}`);
    if (!message) throw new Fault('not-found', `There is no Communication/${route.id}.`);
    const next = withMark(message.resource, whoReads(actor), services.clock.now());
    if (next === message.resource) return { output: { return: next } };
    const changes = await changesOf(step({ writes: [changed(message, next)] }), context);
    const output = { return: written(changes, { type: 'Communication', id: next.id }) };
    return { output, changes, asSystem: 'read mark on a message the caller may read' };
  },
};

/** A mark says which person read: systems read nothing. */
function whoReads({ fhirUser }: Actor): string {
  if (fhirUser === undefined) throw new Fault('forbidden', 'Only a person can mark a message as read.');
  return fhirUser;
}
