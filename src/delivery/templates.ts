/**
 * Notices as text: templates/{language}/{name}.liquid, each with a subject, a plain text, an HTML part and a text message; a topic has
 * its own file where it needs one ({name}-{topic}.liquid). The organization's particulars follow in footer.liquid, and
 * layout.liquid is around the HTML. https://liquidjs.com
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Liquid, type Template } from 'liquidjs';
import { languageCandidates } from '../texts/language.js';
import type { Configuration } from '../configuration/settings.table.js';
import type { RenderedNotice } from './rendered-notice.js';
import { dayIn, initialOf } from './wording.js';

export interface Templates {
  /** In `language`, or its base language, or the default. Rejects where a parameter is missing. */
  render(
    name: string,
    language: string | undefined,
    parameters: Readonly<Record<string, string>>,
    shown: NoticeSettings,
  ): Promise<RenderedNotice>;
}

/** The settings of the portal that e-mails show. */
export type NoticeSettings = Pick<
  Configuration,
  'organization-title' | 'help-telephone' | 'help-page' | 'accent-color' | 'time-zone' | 'default-language' | 'language'
>;

type Part = 'subject' | 'text' | 'html' | 'sms';
type Compiled = Readonly<Record<Part | 'provider', Template[]>>;

const SAFE = { ownPropertyOnly: true, strictVariables: true, strictFilters: true, parseLimit: 1e5, renderLimit: 1000 };

const FOOTER = 'footer';

interface Engines {
  plain: Liquid;
  markup: Liquid;
}

/** Filters: `day`, an instant as a date in the reader's language; `initial`, of a given name. */
function createEngines(): Engines {
  const engines = { plain: new Liquid(SAFE), markup: new Liquid({ ...SAFE, outputEscape: 'escape' }) };
  for (const engine of Object.values(engines)) {
    engine.registerFilter('initial', (given: unknown) => initialOf(String(given)));
    engine.registerFilter('day', function (this: { context: { getSync(path: string[]): unknown } }, at: unknown) {
      const shown = (name: string): string => String(this.context.getSync([name]));
      return dayIn(shown('language'), String(at), shown('zone'));
    });
  }
  return engines;
}

/** Reads and compiles all templates below a folder. Throws where a part is missing or malformed. */
export function loadTemplates(folder: string): Templates {
  const engines = createEngines();
  const { plain, markup } = engines;
  const layout = markup.parse(readFileSync(join(folder, 'layout.liquid'), 'utf8'));
  const languages = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory());
  const compiled = new Map(languages.flatMap(({ name: language }) => compileFolder(folder, language, engines)));
  return {
    async render(name, requested, parameters, shown) {
      const languages = languageCandidates(requested, shown);
      const { language, template } = choose(compiled, name, parameters['topic'] ?? '', languages);
      const footer = choose(compiled, FOOTER, '', [language]).template;
      const provider = shown['organization-title'] ?? (await rendered(plain, footer.provider, {})).trim();
      const scope = { given: '', ...parameters, language, organization: provider, ...scopeOf(shown) };
      const subject = oneLine(await rendered(plain, template.subject, scope));
      const text = await rendered(plain, template.text, scope);
      const sms = oneLine(await rendered(plain, template.sms, scope));
      const ending = await rendered(plain, footer.text, scope);
      const body = await rendered(markup, template.html, scope);
      const frame = { ...scope, direction: directionOf(language), subject, body };
      const html = await rendered(markup, layout, { ...frame, footer: await rendered(markup, footer.html, scope) });
      return { language, subject, text: `${text.trim()}\n\n${ending.trim()}`, html, sms };
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

function compileFolder(folder: string, language: string, engines: Engines): [string, Compiled][] {
  return readdirSync(join(folder, language)).map(file => {
    const text = readFileSync(join(folder, language, file), 'utf8');
    const name = file.replace(/\.liquid$/, '');
    return [`${language}/${name}`, compile(text, name === FOOTER, `${language}/${file}`, engines)];
  });
}

/** The parts are separated by lines such as `=== text`. A footer has no subject and no text message, but words for an organization without a name. */
function compile(text: string, isFooter: boolean, file: string, { plain, markup }: Engines): Compiled {
  const parts = new Map(
    [...text.matchAll(/^=== (\w+)\n([\s\S]*?)(?=^=== |(?![\s\S]))/gm)].map(([, name, part]) => [name, part]),
  );
  const part = (name: string): string => parts.get(name) ?? missing(file, name);
  return {
    subject: isFooter ? [] : plain.parse(part('subject')),
    provider: isFooter ? plain.parse(part('provider')) : [],
    text: plain.parse(part('text')),
    html: markup.parse(part('html')),
    sms: isFooter ? [] : plain.parse(part('sms')),
  };
}

function missing(file: string, part: string): never {
  throw new Error(`templates/${file} has no part "${part}"`);
}

const scopeOf = (shown: NoticeSettings) => ({
  telephone: shown['help-telephone'] ?? '',
  help: shown['help-page'] ?? '',
  accent: shown['accent-color'],
  zone: shown['time-zone'],
});

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

/** Nothing in a subject can start another header, and nothing in a text message another message. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
