/**
 * Security labels (`meta.security`): which of them hide a resource, and the postings by which a policy finds them.
 * https://hl7.org/fhir/R4/security-labels.html
 */
import { isObject, type Resource } from '../fhir/resource.js';
import { and, NONE, or } from '../search/filters.js';
import type { Filter } from '../search/query.js';
import { internalPosting } from './internal-posting.js';

/** A code, of any system where it names none. */
export interface Label {
  readonly system?: string;
  readonly code: string;
}

/** What labels mean at this server. */
export interface LabelRules {
  /** Hidden from proxies and partners, unless a Consent of the patient permits them. */
  readonly sensitive: readonly Label[];
  /** Hidden from staff until they break the glass. */
  readonly restricted: readonly Label[];
  /** Hidden from staff whatever they do. */
  readonly sealed: readonly Label[];
}

export const noLabels: LabelRules = { sensitive: [], restricted: [], sealed: [] };

const LABEL = 'label';

/** `Observation|~label|` for a resource with any label, and two for each label: with its system, and without. */
export function labelPostings({ resourceType: type, meta }: Resource): string[] {
  const security = isObject(meta) ? meta['security'] : undefined;
  const labels = (Array.isArray(security) ? security : []).flatMap(one => {
    const { system, code } = isObject(one) ? one : {};
    return typeof code === 'string' ? [{ code, ...(typeof system === 'string' ? { system } : {}) }] : [];
  });
  if (labels.length === 0) return [];
  const forms = labels.flatMap(label => [nameOf(label), nameOf({ code: label.code })]);
  return ['', ...new Set(forms)].map(form => internalPosting(type, LABEL, form));
}

const nameOf = ({ system, code }: Label): string => (system === undefined ? `=${code}` : `${system}|${code}`);

/** Resources of a type with one of these labels. A resource without any is told by a single look. */
export function labelled(type: string, labels: readonly Label[]): Filter {
  if (labels.length === 0) return NONE;
  const posting = (form: string): Filter => ({ kind: 'posting', key: internalPosting(type, LABEL, form) });
  return and([posting(''), or(labels.map(label => posting(nameOf(label))))]);
}

/** Labels as a setting lists them, with spaces between: `R`, `system|code`; `none`. */
export function labelsIn(text: string): Label[] {
  const words = text.split(' ').filter(word => word !== '' && word !== 'none');
  return words.map(word => {
    const at = word.lastIndexOf('|');
    return at < 0 ? { code: word } : { system: word.slice(0, at), code: word.slice(at + 1) };
  });
}
