/** What slicing asks of the profile check. */
import type { CheckContext } from '../check-context.js';
import type { ProfileNode } from './compile.js';
import type { Item } from './items.js';

export interface Conformance {
  /** The type that a profile is on: `Patient`; undefined if the profile is not known. */
  typeOfProfile(canonical: string, scope: CheckContext): string | undefined;
  /** Whether the value meets the profile, without reporting. */
  conforms(item: Item, canonical: string, scope: CheckContext): boolean;
  /** Whether what a reference points to meets one of the profiles; true where it is not at hand. */
  leadsTo(reference: string | undefined, targets: readonly string[], scope: CheckContext): boolean;
  /** The tree of a profile; undefined if it is not known. */
  readonly rootOf: (canonical: string, scope: CheckContext) => ProfileNode | undefined;
}

/** What an element that may hold every resource says. */
export const anyResource: ReadonlySet<string | undefined> = new Set(['Resource', 'DomainResource']);
