/** What the portal's rules for writes are made of. */
import type { Actor } from '../access/actor.js';
import type { HandlerParts, PortalSettings } from '../service.js';
import type { FileRuleParts } from './file-rules.js';

export interface PortalRuleParts extends FileRuleParts, Pick<HandlerParts, 'wordings'> {
  readonly portal: PortalSettings;
  /** Whether the actor administers the portal's roles and flows. */
  readonly administersRoles: (actor: Actor) => boolean;
  /** Counts what a device enters for somebody. Fault `throttled` where it is too much. */
  readonly measured: (device: string) => void;
}
