/** Entries about what the server writes without a request: demo data, a bulk load. https://hl7.org/fhir/R4/auditevent.html */
import type { World } from '../../fhir/clock.js';
import { defined } from '../../fhir/defined.js';
import type { Audit, HandlerParts } from '../../service.js';
import type { ChangeSet } from '../../store/port.js';

/** The agent of what the server does without a request. */
const SERVER = 'server';

/** Patients named in one entry. */
const MOST = 100;

/** @param patientsOf ids of the patients whose own these changes are */
export const createOwnAudit =
  (
    audit: Pick<Audit, 'document'>,
    { clock, ids }: Pick<World, 'clock' | 'ids'>,
    patientsOf: (changes: ChangeSet) => readonly string[],
  ): HandlerParts['auditOwn'] =>
  (reason, changes, { url, inAudit }) =>
    audit.document({
      at: clock.now(),
      request: ids.next(),
      actor: SERVER,
      client: '',
      action: 'batch',
      target: '',
      patients: patientsOf(changes).slice(0, MOST),
      status: 200,
      reasons: [reason],
      ...defined({ base: inAudit ? undefined : url }),
    });
