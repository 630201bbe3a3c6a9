/** The instant that a change of a resource is told with. */

interface Dated {
  readonly authoredOn?: string | undefined;
  readonly lastModified?: string | undefined;
}

/**
 * The instant, or the latest that the resource holds, where the machine's clock was set back behind it: a Task is never
 * modified before it is authored (inv-1). https://hl7.org/fhir/R4/task.html#invs
 * @param now milliseconds since the epoch
 */
export function changedAt(resource: object, now: number): number {
  const { authoredOn, lastModified } = resource as Dated;
  const held = [authoredOn, lastModified].map(text => Date.parse(text ?? '')).filter(Number.isFinite);
  return Math.max(now, ...held);
}
