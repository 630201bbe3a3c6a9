/** What is switched off for a caller. */
import { Fault } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Resource } from '../fhir/resource.js';
import type { Configuration } from './settings.table.js';
import { switches, type Governed, type SwitchedCaller } from './switches.table.js';

const NOTHING: ReadonlySet<string> = new Set();
const typed = new Set(switches.flatMap(({ type }) => type ?? []));

/** Whether a switch governs the type as a whole. */
export const isGovernedType = (type: string): boolean => typed.has(type);

/** Whether resources of the type may belong to a governed one: files do. */
export const mayBelong = (type: string): boolean => type === 'Binary';

const offFor = (configuration: Configuration, kind: string): Governed[] =>
  switches.filter(one => one.for === kind && !configuration[one.name]);

/** The types that are neither read nor written by callers of this kind. */
export function typesOff(configuration: Configuration, kind: string): ReadonlySet<string> {
  const types = offFor(configuration, kind).flatMap(({ type }) => type ?? []);
  return types.length === 0 ? NOTHING : new Set(types);
}

/** Whether a caller may write the resource, as far as switches go. */
export const takesWrites = (
  configuration: Configuration,
  caller: SwitchedCaller,
  resource: Resource,
  own: OwnCanonicals,
): boolean => !offFor(configuration, caller.kind).some(({ writes }) => writes?.(resource, own, caller));

/** Fault `forbidden` where a caller writes what is switched off for them. */
export function refuseWritesOff(
  configuration: Configuration,
  caller: SwitchedCaller,
  resource: Resource,
  own: OwnCanonicals,
): void {
  if (!takesWrites(configuration, caller, resource, own)) throw switchedOff();
}

export const switchedOff = (): Fault =>
  new Fault('forbidden', 'The organization has switched this function of the portal off.', { because: 'switched-off' });
