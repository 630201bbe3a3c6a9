/** The trail of a patient's record, for the page of accesses: what succeeded, newest first, a page at a time. */
import type { AuditEvent } from 'fhir/r4.js';
import type { Clock } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { placeOf, placeText, type AccessParts } from '../identity/accounts/accesses.js';
import { anyForm, baseKey, referenceForm } from '../search/keys.js';
import { and } from '../search/filters.js';
import { newestFirst } from '../search/order.js';
import type { Store } from '../store/port.js';

const PAGE = 50;
/** Milliseconds. */
const PATIENCE = 5000;

export const trailOf =
  (store: Pick<Store, 'search'>, partition: string, clock: Clock): AccessParts['trail'] =>
  async (patient, from) => {
    const after = from === undefined ? undefined : placeOf(from);
    const about = { kind: 'posting', key: baseKey('AuditEvent', 'patient') + referenceForm(patient) } as const;
    const succeeded = { kind: 'posting', key: baseKey('AuditEvent', 'outcome') + anyForm('0') } as const;
    const { rows, next } = await store.search({
      ...{ partition, of: [{ type: 'AuditEvent', where: and([about, succeeded]) }], sort: newestFirst, limit: PAGE },
      ...{ deadline: clock.now() + PATIENCE, ...defined({ after }) },
    });
    const events = rows.map(({ json }) => parseStored<Resource>(json) as unknown as AuditEvent);
    return { events, ...placeText(next) };
  };
