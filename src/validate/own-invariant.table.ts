/**
 * Invariants of profiles as code, found by their expression, since keys are not unique across guides: those of the portal's
 * own, which are on the way of every message, account and work item (test/profiles holds examples against each), and those
 * of guides that cannot be evaluated as published.
 */
import type { Json, JsonObject } from '../fhir/resource.js';
import { child, list, text } from './check-context.js';

const ROLES = 'https://portico.health/fhir/CodeSystem/role';
const GROUP = 'https://portico.health/fhir/StructureDefinition/workflow-group-of';

const isPatient = (reference: string | undefined): boolean => /(^|\/)Patient\/[^/]+$/.test(reference ?? '');

const rules: Readonly<Record<string, (value: JsonObject) => boolean>> = {
  // pd-1 of US Core's PractitionerRole: `or` is for single Booleans.
  'telecom or endpoint': it => 'telecom' in it || 'endpoint' in it,
  'inResponseTo.exists() = partOf.exists()': it => 'inResponseTo' in it === 'partOf' in it,
  "link.target.reference.where(matches('(^|/)Patient/[^/]+$')).count() <= 1": it =>
    list(it, 'link').filter(link => isPatient(text(child(link, 'target'), 'reference'))).length <= 1,
  [`status = 'requested' implies owner.reference = extension('${GROUP}').value.reference`]: it => {
    if (it['status'] !== 'requested') return true;
    const group = list(it, 'extension').find(({ url }) => url === GROUP);
    const named = text(child(group, 'valueReference'), 'reference');
    return named !== undefined && text(child(it, 'owner'), 'reference') === named;
  },
  [`code.coding.where(system = '${ROLES}' and (code = 'agent' or code = 'manager')).exists() implies organization.exists()`]:
    it => {
      const codings = list(it, 'code').flatMap(concept => list(concept, 'coding'));
      const works = codings.some(({ system, code }) => system === ROLES && (code === 'agent' || code === 'manager'));
      return !works || 'organization' in it;
    },
};

export const ownRules = rules as Readonly<Record<string, (value: Json) => boolean>>;
