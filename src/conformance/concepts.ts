/** Concepts of the known code systems by their codes, and their names by language. https://hl7.org/fhir/R4/codesystem.html */
import type { TerminologySource } from '../definitions/expand.js';
import type { Resource } from '../fhir/resource.js';
import type { Concept } from './known-terminology.js';

type Designation = NonNullable<Concept['designation']>[number];

/** Finds concepts by system and code; each code system is read through once. */
export function conceptFinder(terminology: TerminologySource): (system: string, code: string) => Concept | undefined {
  const bySystem = new Map<string, ReadonlyMap<string, Concept>>();
  return (system, code) => {
    const known = bySystem.get(system) ?? byCode(terminology.codeSystem(system));
    bySystem.set(system, known);
    return known.get(code) ?? known.get(code.toLowerCase());
  };
}

/** Codes of systems without regard to case are there in lower case too. */
function byCode(codeSystem: Resource | undefined): ReadonlyMap<string, Concept> {
  const found = new Map<string, Concept>();
  const add = (concepts: readonly Concept[]): void => {
    for (const concept of concepts) {
      found.set(concept.code, concept);
      if (codeSystem?.['caseSensitive'] === false) found.set(concept.code.toLowerCase(), concept);
      add(concept.concept ?? []);
    }
  };
  add((codeSystem?.['concept'] ?? []) as unknown as Concept[]);
  return found;
}

/** Whether a designation, or a text in this language, is in the language asked for: `de` takes `de-CH`. */
export function inLanguage(language: string | undefined, asked: string): boolean {
  const [own, wanted] = [language?.toLowerCase(), asked.toLowerCase()];
  return own !== undefined && (own === wanted || own.startsWith(`${wanted}-`));
}

/** Definitions are designations too, but no names. */
const isName = ({ use }: Designation): boolean => use?.code !== 'definition';

/** The names of a concept in a language; of `de-CH` those of `de` where it has no own. */
export function namesIn(language: string, designations: readonly Designation[]): string[] {
  const names = designations.filter(one => isName(one) && inLanguage(one.language, language)).map(({ value }) => value);
  const wider = language.slice(0, Math.max(0, language.lastIndexOf('-')));
  return names.length > 0 || wider === '' ? names : namesIn(wider, designations);
}

/** BCP 47 as the system of a token: a language. */
const LANGUAGES = 'urn:ietf:bcp:47';

/** Whether a token chooses a designation: by its use, or its language. */
export function chooses(token: string, { language, use }: Designation): boolean {
  const bar = token.lastIndexOf('|');
  const [system, code] = bar < 0 ? [undefined, token] : [token.slice(0, bar), token.slice(bar + 1)];
  const byLanguage = (system === undefined || system === LANGUAGES) && inLanguage(language, code);
  return byLanguage || (use?.code === code && (system === undefined || (use.system ?? '') === system));
}
