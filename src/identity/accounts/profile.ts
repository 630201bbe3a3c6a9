/** The profiles that somebody keeps up to date on the page of their account: their own, and those of the patients they do it for. */
import type { Patient } from 'fhir/r4.js';
import { displayName } from '../../fhir/human-name.js';
import type { Actor } from '../../access/actor.js';
import { hasFunction } from '../../access/functions.js';
import type { CurrentConfiguration } from '../../configuration/current.js';
import { profileValues, withProfileValues, type ProfileValues } from '../../portal/profile-values.js';
import type { WorkflowReader } from '../../portal/step.js';
import type { SignedIn } from '../sessions/session.js';

export interface ProfileParts {
  readonly reader: WorkflowReader;
  readonly settings: CurrentConfiguration;
  /** Who a person is at this moment. */
  readonly actorOf: (account: string) => Promise<Actor | undefined>;
  /** Writes a record as its app would, by the version that was read; resolves with the HTTP status. */
  readonly update: (actor: Actor, patient: Patient, version: string) => Promise<number>;
}

export interface SeenProfile {
  /** Id of the Patient. */
  readonly id: string;
  readonly name: string;
  readonly birthDate: string | undefined;
  readonly version: string;
  readonly values: ProfileValues;
  /** Languages to choose from: BCP 47. */
  readonly languages: readonly string[];
  /** Whether the organization lets people change it. */
  readonly isOn: boolean;
  /** All records that the person keeps. */
  readonly all: readonly { readonly id: string; readonly name: string }[];
}

interface Kept {
  readonly actor: Actor;
  readonly records: readonly Patient[];
}

/** The records whose profile the person keeps, their own first. */
async function kept({ account }: SignedIn, { actorOf, reader }: ProfileParts): Promise<Kept | undefined> {
  const actor = await actorOf(account);
  if (!actor) return undefined;
  const ids = actor.patients.filter(id => id === actor.self || hasFunction(actor, `Patient/${id}`, ['profile']));
  const own = ids.toSorted((a, b) => Number(b === actor.self) - Number(a === actor.self));
  const found = await Promise.all(own.map(id => reader.get<Patient>(`Patient/${id}`)));
  return { actor, records: found.flatMap(one => one?.resource ?? []) };
}

/** @param id '' for the first; undefined where the person keeps no such record */
export async function seenProfile(
  signedIn: SignedIn,
  id: string,
  parts: ProfileParts,
): Promise<SeenProfile | undefined> {
  const { records = [] } = (await kept(signedIn, parts)) ?? {};
  const record = id === '' ? records[0] : records.find(one => one.id === id);
  if (!record) return undefined;
  const settings = await parts.settings();
  const values = profileValues(record, parts.reader.own);
  const languages = [...new Set([...settings.language, settings['default-language'], values.language])];
  return {
    ...{ id: record.id ?? '', name: displayName(record.name), birthDate: record.birthDate, values },
    version: record.meta?.versionId ?? '',
    languages: languages.filter(Boolean),
    isOn: settings['update-profile'],
    all: records.map(one => ({ id: one.id ?? '', name: displayName(one.name) })),
  };
}

export interface ProfileChange {
  readonly id: string;
  readonly version: string;
  readonly values: ProfileValues;
}

/** `wrong`: a value is none; `conflict`: the record was changed meanwhile; `refused`: it is not theirs, or switched off. */
export type ProfileOutcome = 'done' | 'wrong' | 'conflict' | 'refused';

export async function saveProfile(
  signedIn: SignedIn,
  { id, version, values }: ProfileChange,
  parts: ProfileParts,
): Promise<ProfileOutcome> {
  const mine = await kept(signedIn, parts);
  const record = mine?.records.find(one => one.id === id);
  if (!mine || !record) return 'refused';
  const status = await parts.update(mine.actor, withProfileValues(record, values, parts.reader.own), version);
  if (status < 300) return 'done';
  if (status === 400 || status === 422) return 'wrong';
  return status === 409 || status === 412 ? 'conflict' : 'refused';
}
