/** The texts of a language as its page shows them: what is meant, what is installed, and what is written in place of it. */
import type { Basic } from 'fhir/r4.js';
import type { Query } from '../../../fhir/request.js';
import type { SignedIn } from '../../../identity/sessions/session.js';
import { TRANSLATION, translationOf } from '../../../texts/translation.js';
import { shippedIn, sourceTexts, type Translation } from '../../../texts/words.js';
import type { Fields } from '../../account/visit.js';
import { find } from '../desk.js';
import type { WorkbenchParts } from '../parts.js';

export interface Text {
  readonly key: string;
  /** In the source language. */
  readonly source: string;
  readonly installed: string | undefined;
  /** Written here. */
  readonly own: string | undefined;
}

const ALL: Query = [
  ['code', TRANSLATION],
  ['_count', '200'],
];

/** The resource of a language; undefined where nothing is written yet. */
export async function translationIn(
  tag: string,
  who: SignedIn,
  { desk }: Pick<WorkbenchParts, 'desk'>,
): Promise<Basic | undefined> {
  const { matches } = await find(desk, who, 'Basic', ALL);
  return (matches as unknown as Basic[]).find(({ language }) => language === tag);
}

export const shows = ['missing', 'own', 'all'] as const;

/** Those that are asked for. */
export function chosen(tag: string, translation: Basic | undefined, query: Fields, own: WorkbenchParts['own']): Text[] {
  const written: Translation = translation ? translationOf(translation, own) : {};
  const installed = shippedIn(tag);
  const all = [...sourceTexts(tag)].map(([key, source]) => ({
    ...{ key, source, installed: installed[key], own: written[key] },
  }));
  const wanted = query('find').trim().toLowerCase();
  const has = (text: string | undefined): boolean => text?.toLowerCase().includes(wanted) === true;
  return all
    .filter(isShown(query('show')))
    .filter(one => wanted === '' || [one.key, one.source, one.installed, one.own].some(has));
}

function isShown(show: string): (text: Text) => boolean {
  if (show === 'own') return ({ own }) => own !== undefined;
  if (show === 'all') return () => true;
  return ({ own, installed }) => own === undefined && installed === undefined;
}
