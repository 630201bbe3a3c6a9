/** Pages for FHIR answers that a browser asks for. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FhirResponse } from '../../fhir/response.js';
import type { Framing } from '../frame.js';
import type { PageBase } from './links.js';
import { resourcePage } from './resource-page.js';

/** What a browser asked for. */
export interface AskedPage {
  readonly base: PageBase;
  /** Path segments below the base. */
  readonly segments: readonly string[];
  /** Path and query as sent. */
  readonly address: string;
  readonly headers: IncomingHttpHeaders;
}

export interface MadePage {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Undefined for an answer that is no resource: content, or nothing. */
export type MakePage = (answer: FhirResponse, asked: AskedPage) => Promise<MadePage | undefined>;

export const createResourcePages =
  ({ frameOf, headers: headersOf }: Framing): MakePage =>
  async (answer, { base, segments, address, headers }) => {
    const { body } = answer;
    if (body === undefined || body.kind === 'bytes' || body.kind === 'stream') return undefined;
    const [path = '', search = ''] = address.split('?');
    const query = new URLSearchParams(search);
    const lang = query.get('lang');
    const frame = await frameOf({ query: lang === null ? {} : { lang }, headers, baseUrl: '', path });
    return { text: resourcePage(answer, body, { ...frame, query, base, segments, address }), headers: headersOf() };
  };
