/**
 * Invariants of profiles as code, found by their expression, since keys are not unique across guides: those of the portal's
 * own, which are on the way of every message, account and work item (test/profiles holds examples against each), and those
 * of guides that cannot be evaluated as published.
 */
import type { Json, JsonObject } from '../fhir/resource.js';
import { child, list, text } from './check-context.js';

const isPatient = (reference: string | undefined): boolean => /(^|\/)Patient\/[^/]+$/.test(reference ?? '');

type Rule = (value: JsonObject) => boolean;

const rules: Readonly<Record<string, Rule>> = {
  // pd-1 of US Core's PractitionerRole: `or` is for single Booleans.
  'telecom or endpoint': it => 'telecom' in it || 'endpoint' in it,
  "status = 'completed' implies (sent.exists() and recipient.exists() and payload.exists())": it =>
    it['status'] !== 'completed' || ['sent', 'recipient', 'payload'].every(name => name in it),
  "status = 'entered-in-error' implies (payload.empty() and topic.empty() and reasonCode.empty() and note.empty())":
    it => it['status'] !== 'entered-in-error' || !['payload', 'topic', 'reasonCode', 'note'].some(name => name in it),
  'inResponseTo.exists() = partOf.exists()': it => 'inResponseTo' in it === 'partOf' in it,
  "link.target.reference.where(matches('(^|/)Patient/[^/]+$')).count() <= 1": it =>
    list(it, 'link').filter(link => isPatient(text(child(link, 'target'), 'reference'))).length <= 1,
};

/** Rules that name an extension or a code system, under whatever base the server knows it: the expression says which. */
const ruleOn: Readonly<Record<string, (canonical: string) => Rule>> = {
  "status = 'requested' implies owner.reference = extension('%').value.reference": group => it => {
    if (it['status'] !== 'requested') return true;
    const extension = list(it, 'extension').find(({ url }) => url === group);
    const named = text(child(extension, 'valueReference'), 'reference');
    return named !== undefined && text(child(it, 'owner'), 'reference') === named;
  },
  "(status = 'completed' and inResponseTo.empty() and sender.reference.matches('^(Patient|RelatedPerson)/')) implies category.coding.where(system = '%').exists()":
    categories => it => {
      const sender = text(child(it, 'sender'), 'reference') ?? '';
      if (it['status'] !== 'completed' || 'inResponseTo' in it || !/^(Patient|RelatedPerson)\//.test(sender))
        return true;
      const codings = list(it, 'category').flatMap(concept => list(concept, 'coding'));
      return codings.some(({ system }) => system === categories);
    },
  "code.coding.where(system = '%' and (code = 'agent' or code = 'manager')).exists() implies organization.exists()":
    roles => it => {
      const codings = list(it, 'code').flatMap(concept => list(concept, 'coding'));
      const works = codings.some(({ system, code }) => system === roles && (code === 'agent' || code === 'manager'));
      return !works || 'organization' in it;
    },
};

/** The code of an expression; undefined for all others. */
export function ownRule(expression: string): ((value: Json) => boolean) | undefined {
  const [quoted, canonical = ''] = /'(https?:[^']*)'/.exec(expression) ?? [];
  const pattern = quoted === undefined ? undefined : expression.replace(quoted, "'%'");
  const made = pattern !== undefined && Object.hasOwn(ruleOn, pattern) ? ruleOn[pattern]?.(canonical) : undefined;
  const fixed = Object.hasOwn(rules, expression) ? rules[expression] : undefined;
  return (made ?? fixed) as ((value: Json) => boolean) | undefined;
}
