/** The status of a message once it exists, as a Communication. https://hl7.org/fhir/R4/valueset-event-status.html */
import type { Communication } from 'fhir/r4.js';
import { statusStates, type Workflow } from './workflow.js';

export type MessageMove = 'send' | 'stop' | 'retract';

const by = ['system', 'staff'] as const;
const pending = ['preparation', 'in-progress', 'on-hold'];

export const messageWorkflow: Workflow<MessageMove, Communication> = {
  name: 'message',
  resource: 'Communication',
  governs: () => true,
  states: statusStates<Communication>(
    'preparation',
    'in-progress',
    'on-hold',
    'completed',
    'stopped',
    'entered-in-error',
  ),
  moves: {
    send: { by, from: pending, to: 'completed' },
    stop: { by, from: pending, to: 'stopped' },
    retract: { by, from: [...pending, 'completed', 'stopped'], to: 'entered-in-error' },
  },
};
