/** The texts of a wording in one language, compiled and rendered. */
import { sanitized } from './markup.js';
import { compileTemplate, type CompiledTemplate, type Scope, type TemplateFault } from './template.js';
import { PARTS, type NoticeText, type Part } from './wording.js';

export type RenderedParts = Readonly<Record<Part, string>>;

/** Characters of a rendered part, where it has a limit of its own. */
const LONGEST: Readonly<Partial<Record<Part, number>>> = { subject: 250, sms: 1000 };

export const compilePart = (part: Part, source: string): CompiledTemplate | TemplateFault =>
  compileTemplate(source, part === 'html' ? 'html' : 'text');

/** Throws where a part does not compile, lacks a parameter or is too long. */
export function renderParts(text: NoticeText, scope: Scope): RenderedParts {
  const [subject, plain, html, sms] = PARTS.map(part => renderPart(part, text[part], scope));
  if (subject === undefined || plain === undefined) throw new Error('a wording has a subject and a text');
  const { link } = scope;
  return {
    subject,
    text: plain,
    html: html ?? paragraphs(plain),
    sms: sms ?? [subject, link].filter(one => one !== undefined).join(': '),
  };
}

const renderPart = (part: Part, source: string | undefined, scope: Scope): string | undefined =>
  source === undefined ? undefined : finishPart(part, compiled(part, source).render(scope));

/** A rendered part as it is sent. Throws where it is too long. */
export function finishPart(part: Part, text: string): string {
  const finished = part === 'html' ? sanitized(text) : part === 'text' ? text : oneLine(text);
  const longest = LONGEST[part] ?? Infinity;
  if (finished.length > longest) throw new Error(`it renders more than ${longest} characters`);
  return finished;
}

function compiled(part: Part, source: string): CompiledTemplate {
  const template = compilePart(part, source);
  if ('line' in template) throw new Error(`${part}: ${template.message}`);
  return template;
}

/** Nothing in a subject can start another header, and nothing in a text message another message. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Plain text as HTML. */
const paragraphs = (text: string): string =>
  text
    .replace(/[&<>"]/g, char => ENTITIES[char] ?? char)
    .split(/\n{2,}/)
    .map(paragraph => `<p>${paragraph.trim().replaceAll('\n', '<br />')}</p>`)
    .join('\n');
