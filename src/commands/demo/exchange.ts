/** A request and its answer as fhir-kit-client hands them over: beside the resource, or on the error of a bad status. */
import { Client } from 'fhir-kit-client';
import type { Resource } from '../../fhir/resource.js';

export interface Exchange {
  method: string;
  url: string;
  status: number;
  headers: Headers;
  answer: Resource;
}

/** What the client throws for a status from 300 on. */
interface ResponseError {
  response: { status: number; data: Resource };
  config: { method: string; url: string; headers: Headers };
}

const isResponseError = (error: unknown): error is ResponseError =>
  typeof error === 'object' && error !== null && 'response' in error && 'config' in error;

/** The exchange of a call, whatever the status. Rejects where there was no answer. */
export async function exchangeOf(call: Promise<object>): Promise<Exchange> {
  try {
    const answer = (await call) as Resource;
    const { request, response } = Client.httpFor(answer);
    if (!request || !response) throw new Error('the client kept no request and response');
    return { method: request.method, url: request.url, status: response.status, headers: response.headers, answer };
  } catch (error) {
    if (!isResponseError(error)) throw error;
    const { response, config } = error;
    return { ...config, status: response.status, answer: response.data };
  }
}
