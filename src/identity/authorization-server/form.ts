/** Forms of requests to the authorization server. */
import type { IncomingMessage } from 'node:http';

/** The form that a request brings; undefined where it is larger. @param most characters */
export async function formOf(request: IncomingMessage, most: number): Promise<URLSearchParams | undefined> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > most) return undefined;
  }
  return new URLSearchParams(text);
}
