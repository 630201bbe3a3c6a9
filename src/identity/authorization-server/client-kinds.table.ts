/**
 * The kinds of integration and what a client of each is: for whom it acts, and as what endpoints admit it
 * (definitions/endpoints.table.ts).
 */
import type { Registration } from '../../definitions/endpoint.js';

export interface ClientKind {
  /** A system client acts for itself; a user client for the person who signed in. */
  readonly acts: 'system' | 'user';
  readonly registration: Registration;
  /** Each of its tokens is for one patient, by a grant of that patient's or of the organization's (tethers.ts). */
  readonly tethered?: true;
  readonly about: string;
}

export const clientKinds = {
  'customer-system': {
    acts: 'system',
    registration: 'customer',
    about: "a customer's system: reads and writes the customer's own endpoint",
  },
  'trusted-system': {
    acts: 'system',
    registration: 'system',
    about: 'a trusted external system (an EHR, a CRM): calls operations of the portal within its scopes',
  },
  'partner-system': {
    acts: 'system',
    registration: 'partner',
    about: "a partner's system that sends messages",
  },
  'partner-tethered': {
    acts: 'user',
    registration: 'tethered',
    tethered: true,
    about:
      "a partner's system with tokens that are each bound to one patient, by a grant of the patient's or by `tether`",
  },
  app: { acts: 'user', registration: 'app', about: 'an app that people use: acts for whoever signs in' },
} as const satisfies Readonly<Record<string, ClientKind>>;

export type ClientKindName = keyof typeof clientKinds;

/** Whether the tokens of a client of this kind are each for one patient. */
export const isTethered = (kind: ClientKindName): boolean => 'tethered' in clientKinds[kind];

export const isClientKind = (name: unknown): name is ClientKindName =>
  typeof name === 'string' && Object.hasOwn(clientKinds, name);
