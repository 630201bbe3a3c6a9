/** Cookies of pages: read by nobody but this server, sent to it alone. https://www.rfc-editor.org/rfc/rfc6265 */
import type { IncomingHttpHeaders } from 'node:http';

/** Whatever has the header fields of a request. */
export interface WithHeaders {
  readonly headers: IncomingHttpHeaders;
}

export interface Cookies {
  /** The value of a cookie; undefined where it is absent, sent twice, or empty. */
  read(request: WithHeaders, name: string): string | undefined;
  /** The Set-Cookie field that sets it: for so many seconds, or until the browser is closed. */
  set(name: string, value: string, seconds?: number): string;
  /** The Set-Cookie field that takes it away. */
  clear(name: string): string;
}

/** @param secure pages are served by https: the prefix binds each cookie to this very host. Browsers refuse it over plain http. */
export function createCookies(secure: boolean): Cookies {
  const named = (name: string): string => `${secure ? '__Host-' : ''}portico-${name}`;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    read(request, name) {
      const values = valuesOf(request.headers.cookie ?? '', named(name));
      const [value = ''] = values;
      return values.length === 1 && value !== '' ? value : undefined;
    },
    set: (name, value, seconds) =>
      `${named(name)}=${value}; ${seconds === undefined ? '' : `Max-Age=${seconds}; `}${attributes}`,
    clear: name => `${named(name)}=; Max-Age=0; ${attributes}`,
  };
}

/** A second cookie of one name was planted by somebody else. */
function valuesOf(header: string, name: string): string[] {
  const pairs = header.split(';', 100).map(pair => pair.trim());
  return pairs.filter(pair => pair.startsWith(`${name}=`)).map(pair => pair.slice(name.length + 1));
}
