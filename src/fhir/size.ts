/**
 * How large a resource may be: all work on it takes turns of the event loop that grow with its elements and its text.
 */
import { Fault } from './fault.js';
import type { Json } from './resource.js';

export interface SizeLimits {
  /** Elements of one resource: its values, objects and lists. */
  readonly maxElements: number;
  /** Characters of its text besides base64 content. */
  readonly maxText: number;
}

export const UNLIMITED: SizeLimits = { maxElements: Infinity, maxText: Infinity };

/** What a character costs by the name of its element: base64 content next to nothing, narrative is parsed once more. */
const WEIGHTS = new Map([
  ['data', 0],
  ['valueBase64Binary', 0],
  ['div', 2],
]);

/** Counts while a resource is read. Each method throws Fault `too-large` beyond the limits. */
export class Size {
  private readonly limits: SizeLimits;
  private elements = 0;
  private text = 0;

  constructor(limits: SizeLimits) {
    this.limits = limits;
  }

  addElement(): void {
    this.elements += 1;
    if (this.elements <= this.limits.maxElements) return;
    throw tooLarge(`has more than ${this.limits.maxElements} elements`);
  }

  /** @param name of the element that holds the text */
  addText(characters: number, name = ''): void {
    this.text += characters * (WEIGHTS.get(name) ?? 1);
    if (this.text <= this.limits.maxText) return;
    throw tooLarge(`has more than ${this.limits.maxText} characters of text`);
  }

  /** Another resource begins: an entry of a Bundle whose entries are processed one by one. */
  restart(): void {
    this.elements = 0;
    this.text = 0;
  }
}

const tooLarge = (what: string): Fault =>
  new Fault('too-large', `A resource ${what}; an operator can load it by \`npm run load\`, or raise the limit.`);

/** Faults `too-large` for a resource beyond the limits. */
export function assertSize(resource: Json, limits: SizeLimits): void {
  const size = new Size(limits);
  const add = (value: Json, name?: string): void => {
    size.addElement();
    if (typeof value === 'string') size.addText(value.length, name);
    else if (Array.isArray(value)) for (const item of value) add(item, name);
    else if (typeof value === 'object' && value !== null) {
      for (const key in value) add((value as Record<string, Json>)[key]!, key);
    }
  };
  add(resource);
}
