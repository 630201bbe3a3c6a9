/**
 * Notices as text: templates/{language}/{name}.liquid, each with a subject, a plain text and an HTML part; a topic has
 * its own file where it needs one ({name}-{topic}.liquid). https://liquidjs.com
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Liquid, type Template } from 'liquidjs';

export interface Rendered {
  /** Of the template used: BCP 47. */
  language: string;
  subject: string;
  text: string;
  html: string;
}

export interface Templates {
  /** In `language`, or its base language, or the default. Rejects where a parameter is missing. */
  render(name: string, language: string | undefined, parameters: Readonly<Record<string, string>>): Promise<Rendered>;
}

type Part = 'subject' | 'text' | 'html';
type Compiled = Readonly<Record<Part, Template[]>>;

const SAFE = { ownPropertyOnly: true, strictVariables: true, strictFilters: true, parseLimit: 1e5, renderLimit: 1000 };

const plain = new Liquid(SAFE);
const markup = new Liquid({ ...SAFE, outputEscape: 'escape' });

/** Reads and compiles all templates below a folder. Throws where a part is missing or malformed. */
export function loadTemplates(folder: string, defaultLanguage: string): Templates {
  const layout = markup.parse(readFileSync(join(folder, 'layout.liquid'), 'utf8'));
  const languages = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory());
  const compiled = new Map(languages.flatMap(({ name: language }) => compileFolder(folder, language)));
  return {
    async render(name, requested, parameters) {
      const { language, template } = choose(
        compiled,
        name,
        parameters['topic'] ?? '',
        candidates(requested, defaultLanguage),
      );
      const subject = oneLine(await rendered(plain, template.subject, parameters));
      const text = await rendered(plain, template.text, parameters);
      const body = await rendered(markup, template.html, parameters);
      const html = await rendered(markup, layout, { language, direction: directionOf(language), subject, body });
      return { language, subject, text: text.trim(), html };
    },
  };
}

async function rendered(
  engine: Liquid,
  template: Template[],
  scope: Readonly<Record<string, string>>,
): Promise<string> {
  return String(await engine.render(template, scope));
}

function compileFolder(folder: string, language: string): [string, Compiled][] {
  return readdirSync(join(folder, language)).map(file => {
    const text = readFileSync(join(folder, language, file), 'utf8');
    return [`${language}/${file.replace(/\.liquid$/, '')}`, compile(text, `${language}/${file}`)];
  });
}

/** The parts are separated by lines such as `=== text`. */
function compile(text: string, file: string): Compiled {
  const parts = new Map(
    [...text.matchAll(/^=== (\w+)\n([\s\S]*?)(?=^=== |(?![\s\S]))/gm)].map(([, name, part]) => [name, part]),
  );
  const part = (name: Part): string => parts.get(name) ?? missing(file, name);
  return { subject: plain.parse(part('subject')), text: plain.parse(part('text')), html: markup.parse(part('html')) };
}

function missing(file: string, part: string): never {
  throw new Error(`templates/${file} has no part "${part}"`);
}

/** `ar-SA`, `ar`, then the default. */
function candidates(requested: string | undefined, defaultLanguage: string): string[] {
  const base = (tag: string): string => tag.split('-')[0] ?? tag;
  const all = [
    ...(requested === undefined ? [] : [requested, base(requested)]),
    defaultLanguage,
    base(defaultLanguage),
    'en',
  ];
  return [...new Set(all)];
}

function choose(
  compiled: ReadonlyMap<string, Compiled>,
  name: string,
  topic: string,
  languages: readonly string[],
): { language: string; template: Compiled } {
  for (const language of languages) {
    const template = compiled.get(`${language}/${name}-${topic}`) ?? compiled.get(`${language}/${name}`);
    if (template) return { language, template };
  }
  throw new Error(`there is no template ${name}`);
}

function directionOf(language: string): 'ltr' | 'rtl' {
  return /^(ar|arc|ckb|dv|fa|he|ps|sd|syr|ug|ur|yi)\b/.test(language) ? 'rtl' : 'ltr';
}

/** Nothing in a subject can start another header. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
