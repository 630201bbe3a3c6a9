/**
 * The wordings as they are installed, as resources: templates/{language}/{event}.liquid, and {event}-{topic}.liquid for a
 * topic; the parts of a file are separated by lines such as `=== text`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActivityDefinition, Extension } from 'fhir/r4.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { isEvent, parametersOf } from './parameters.table.js';
import { EVENTS, PARAMETER, PARTS, TEXT, TOPICS, WORDING } from './wording.js';

/** Throws where a file has no event or lacks a part. */
export function shippedWordings(folder: string, own: OwnCanonicals): ActivityDefinition[] {
  const languages = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory());
  const files = languages.flatMap(({ name: language }) =>
    readdirSync(join(folder, language)).map(file => ({ language, name: file.replace(/\.liquid$/, '') })),
  );
  return [...Map.groupBy(files, ({ name }) => name)].map(([name, all]) => {
    const texts = all.map(({ language }) =>
      textOf(language, readFileSync(join(folder, language, `${name}.liquid`), 'utf8')),
    );
    return wordingNamed(name, texts, own);
  });
}

function wordingNamed(name: string, texts: readonly Extension[][], own: OwnCanonicals): ActivityDefinition {
  const [event, topic] = isEvent(name) ? [name] : (/^([a-z]+)-([a-z0-9-]+)$/.exec(name)?.slice(1) ?? [name]);
  if (event === undefined || !isEvent(event)) throw new Error(`templates/…/${name}.liquid is about no event`);
  const parameters = Object.entries(parametersOf(event)).map(([parameter, { about }]) => [
    { url: 'name', valueCode: parameter },
    { url: 'about', valueString: about },
  ]);
  const named = (structure: string) => (extension: Extension[]) => ({ url: own.structure(structure), extension });
  return {
    resourceType: 'ActivityDefinition',
    id: `notice-${name}`,
    meta: { profile: [own.structure(WORDING)] },
    extension: [...texts.map(named(TEXT)), ...parameters.map(named(PARAMETER))],
    name: `Notice${pascal(name)}`,
    title: topic === undefined ? event : `${event}: ${topic}`,
    status: 'active',
    kind: 'CommunicationRequest',
    code: own.concept(EVENTS, event),
    ...(topic === undefined ? {} : { topic: [own.concept(TOPICS, topic)] }),
  };
}

const pascal = (name: string): string => name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

function textOf(language: string, source: string): Extension[] {
  const parts = new Map(
    [...source.matchAll(/^=== (\w+)\n([\s\S]*?)(?=^=== |(?![\s\S]))/gm)].map(([, name, part = '']) => [
      name,
      part.trim(),
    ]),
  );
  const texts = PARTS.map(name => {
    const part = parts.get(name);
    if (part === undefined) throw new Error(`a template in ${language} has no part "${name}"`);
    return { url: name, valueString: part };
  });
  return [{ url: 'language', valueCode: language }, ...texts];
}
