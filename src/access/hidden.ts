/**
 * What a caller does not see of the patients they reach: by security labels, and by the patients' Consents. It is a part of
 * the filter of each type, so that reads, searches, chains, counts and histories leave it out alike.
 */
import { mainDates } from '../search/main-date.table.js';
import { ALL, and, NONE, not, or } from '../search/filters.js';
import type { Filter } from '../search/query.js';
import type { Actor } from './actor.js';
import { compartmentPathsOf, patientsFilter } from './compartment-paths.js';
import { compartmentPaths } from './compartment-paths.table.js';
import type { Provision } from './consent.js';
import { internalPosting } from './internal-posting.js';
import { labelled, type Label, type LabelRules } from './labels.js';

export interface HidingRules {
  readonly labels: LabelRules;
  /** A search by the endpoint's parameters as a filter; throws where it is none. */
  readonly compile: (type: string, query: string) => Filter;
  /** Whether the endpoint has this parameter. */
  readonly declares: (type: string, code: string) => boolean;
}

export type Reader = Pick<Actor, 'kind' | 'patients' | 'self' | 'registrations' | 'limits' | 'opened'>;

/** What is hidden with a resource that it leads to: the kind of its posting, and the types that it may lead to. */
const followers: Readonly<Record<string, { kind: string; types: readonly string[] }>> = {
  // The files of these
  Binary: {
    kind: 'context',
    types: ['DocumentReference', 'Communication', 'DiagnosticReport', 'Observation', 'Media', 'Consent'],
  },
  // Whoever is told who recorded something learns that it is there
  Provenance: {
    kind: 'about',
    types: Object.keys(compartmentPaths).filter(
      type => Array.isArray(compartmentPathsOf(type)) && type !== 'Provenance' && type !== 'Binary',
    ),
  },
};

/** The desk's own: staff work with it whatever it is labelled with. */
const DESK = ['Patient', 'RelatedPerson', 'Person', 'Communication', 'Task', 'Consent'];

/** Resources of a type that neither label nor Consent hides from the reader. */
export function unhidden(reader: Reader, type: string, rules: HidingRules): Filter {
  if (!Array.isArray(compartmentPathsOf(type)) || reader.kind === 'system') return ALL;
  return not(reader.kind === 'staff' ? hiddenFromStaff(reader, type, rules) : hiddenFromPeople(reader, type, rules));
}

function hiddenFromPeople(reader: Reader, type: string, rules: HidingRules): Filter {
  // An account tells for whom else its person acts.
  if (type === 'Person' && reader.registrations.has('tethered')) return ALL;
  const hidden = new Map(reader.patients.map(id => [id, hiddenOf(id, reader, type, rules)]));
  const alike = Map.groupBy(reader.patients, id => JSON.stringify(hidden.get(id)));
  const groups = [...alike.values()].map(ids => ({ ids, what: hidden.get(ids[0] ?? '') ?? NONE }));
  if (groups.length === 1) return groups[0]?.what ?? NONE;
  const limited = groups.filter(({ what }) => what.kind !== 'none');
  const free = groups.filter(({ what }) => what.kind === 'none').flatMap(({ ids }) => ids);
  const parts = limited.map(({ ids, what }) => and([what, patientsFilter(type, ids)]));
  return and([or(parts), not(patientsFilter(type, free))]);
}

/** Of one patient's resources. A partner is nobody's own. */
function hiddenOf(id: string, reader: Reader, type: string, rules: HidingRules): Filter {
  const others = reader.self !== id || reader.registrations.has('tethered');
  const provisions = reader.limits?.get(`Patient/${id}`) ?? [];
  if (!others && provisions.length === 0) return NONE;
  return withFollowed(type, rules, one => {
    const said = rulings(provisions, one, rules);
    const sensitive = others ? labelled(one, rules.labels.sensitive) : NONE;
    return or([said.denied, and([sensitive, not(said.permitted)])]);
  });
}

function hiddenFromStaff(reader: Reader, type: string, rules: HidingRules): Filter {
  if (DESK.includes(type)) return NONE;
  const { restricted, sealed } = rules.labels;
  const opened = reader.opened ?? [];
  const limits = [...(reader.limits ?? [])].filter(([patient]) => !opened.includes(patient.slice('Patient/'.length)));
  return withFollowed(type, rules, one => {
    if (DESK.includes(one)) return NONE;
    const consented = limits.map(([patient, provisions]) =>
      and([patientsFilter(one, [patient.slice('Patient/'.length)]), rulings(provisions, one, rules).denied]),
    );
    const closed = and([labelled(one, restricted), not(patientsFilter(one, opened))]);
    return or([labelled(one, sealed), closed, ...consented]);
  });
}

/** Hidden itself, or with what it leads to. */
function withFollowed(type: string, { declares }: HidingRules, hidden: (type: string) => Filter): Filter {
  const follower = Object.hasOwn(followers, type) ? followers[type] : undefined;
  if (!follower) return hidden(type);
  const key = internalPosting(type, follower.kind, '');
  const served = follower.types.filter(one => declares(one, '_id'));
  const followed = served.flatMap((one): Filter[] => {
    const where = hidden(one);
    return where.kind === 'none' ? [] : [{ kind: 'refers', key, type: one, where }];
  });
  return or([hidden(type), ...followed]);
}

interface Rulings {
  readonly denied: Filter;
  /** By a rule that names the label. */
  readonly permitted: Filter;
}

/** What rules say of a type together: a denial goes before any permission. */
function rulings(rules: readonly Provision[], type: string, parts: HidingRules, isLabelled = false): Rulings {
  const all = rules.map(rule => rulingOf(rule, type, parts, isLabelled));
  return { denied: or(all.map(({ denied }) => denied)), permitted: or(all.map(({ permitted }) => permitted)) };
}

function rulingOf(rule: Provision, type: string, parts: HidingRules, isLabelled: boolean): Rulings {
  const where = conditionOf(rule, type, parts);
  const names = isLabelled || rule.labels !== undefined;
  const inner = rulings(rule.exceptions, type, parts, names);
  const rest = not(coveredBy(rule.exceptions, type, parts));
  const denied = and([where, or([inner.denied, rule.says === 'deny' ? rest : NONE])]);
  const permitted = and([where, or([inner.permitted, rule.says === 'permit' && names ? rest : NONE])]);
  return { denied, permitted: and([permitted, not(denied)]) };
}

/** What exceptions speak of, whatever they say of it. */
const coveredBy = (exceptions: readonly Provision[], type: string, parts: HidingRules): Filter =>
  or(
    exceptions.map(one =>
      and([conditionOf(one, type, parts), one.says === undefined ? coveredBy(one.exceptions, type, parts) : ALL]),
    ),
  );

function conditionOf(rule: Provision, type: string, parts: HidingRules): Filter {
  const { types, labels, codes, data } = rule;
  if (types && !types.includes(type)) return NONE;
  return and([
    labels ? labelled(type, labels) : ALL,
    codes ? withCodes(type, codes, rule.says !== 'permit', parts) : ALL,
    data ? inPeriod(type, data, rule.says !== 'permit', parts) : ALL,
  ]);
}

/** A resource says what it is about by one of these. */
const CODED = ['code', 'category', 'type', 'vaccine-code', 'class', 'topic'];

/** @param wide whether codes that no search takes, being too many, stand for all: so they do in a denial */
function withCodes(type: string, codes: readonly Label[], wide: boolean, parts: HidingRules): Filter {
  const values = codes.map(({ system, code }) =>
    system === undefined ? escaped(code) : `${escaped(system)}|${escaped(code)}`,
  );
  const query = encodeURIComponent(values.join(','));
  const declared = CODED.filter(name => parts.declares(type, name));
  return or(declared.map(name => searched(type, name, `${name}=${query}`, parts) ?? (wide ? ALL : NONE)));
}

/** @param undated whether resources that have no date count */
function inPeriod(
  type: string,
  { start, end }: NonNullable<Provision['data']>,
  undated: boolean,
  parts: HidingRules,
): Filter {
  const { param = '' } = mainDates[type] ?? {};
  const bounds = [...(start === undefined ? [] : [`ge${start}`]), ...(end === undefined ? [] : [`le${end}`])];
  const query = bounds.map(bound => `${param}=${encodeURIComponent(bound)}`).join('&');
  const within = query === '' ? undefined : searched(type, param, query, parts);
  if (!within) return undated ? ALL : NONE;
  return undated ? or([within, searched(type, param, `${param}:missing=true`, parts) ?? NONE]) : within;
}

/** Undefined where the type has no such parameter, or takes no such value. */
function searched(type: string, name: string, query: string, { compile, declares }: HidingRules): Filter | undefined {
  if (!declares(type, name)) return undefined;
  try {
    return compile(type, query);
  } catch {
    return undefined;
  }
}

/** https://hl7.org/fhir/R4/search.html#escaping */
const escaped = (text: string): string => text.replace(/[\\,|$]/g, mark => `\\${mark}`);
