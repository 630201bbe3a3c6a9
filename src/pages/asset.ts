/** Files that pages load. Browsers keep them: an address holds a hash of the content. */
import { createHash } from 'node:crypto';

export interface Asset {
  readonly path: string;
  /** Media type. */
  readonly type: string;
  readonly content: string | Buffer;
  /** https://www.w3.org/TR/sri-2/ */
  readonly integrity: string;
}

export const SCRIPT = 'text/javascript; charset=utf-8';

/** @param name for people: `brand` */
export function assetOf(name: string, extension: string, type: string, content: string | Buffer): Asset {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const integrity = `sha384-${createHash('sha384').update(content).digest('base64')}`;
  return { path: `/assets/${name}.${hash}.${extension}`, type, content, integrity };
}
