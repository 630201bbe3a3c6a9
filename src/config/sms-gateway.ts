/** The gateway of text messages, as PORTICO_SMS describes it: JSON, or a file that holds it, since secrets are among it. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { secureAddress } from './secure-address.js';

const words = z.string().min(1).max(10_000);
const template = z.string().max(10_000);
const fields = z.record(words, template);
const status = z.int().min(200).max(599);

/** An answer is recognised by its status, and by a value in it. */
const test = z.strictObject({
  status: z.array(status).min(1).optional(),
  value: template.optional(),
  is: z.array(z.string()).min(1).optional(),
});

const signature = z.strictObject({
  header: z.string().regex(/^[\w-]{1,100}$/),
  secret: z.string().min(16),
  /** Of the HMAC of the body; without it, the header holds the secret itself. */
  algorithm: z.enum(['sha1', 'sha256', 'sha512']).optional(),
  encoding: z.enum(['hex', 'base64']).default('hex'),
  prefix: z.string().default(''),
  /** A header with the Unix time in seconds: `time.body` is signed then. */
  timestamp: z
    .string()
    .regex(/^[\w-]{1,100}$/)
    .optional(),
});

const http = z
  .strictObject({
    kind: z.literal('http'),
    method: z.enum(['POST', 'PUT', 'GET']).default('POST'),
    url: secureAddress,
    from: words.optional(),
    query: fields.default({}),
    headers: fields.default({}),
    /** One of the three at most. */
    json: z.json().optional(),
    form: fields.optional(),
    text: template.optional(),
    success: test.default({}),
    retry: test.optional(),
    /** The gateway's own id of the message, in its answer. */
    reference: template.optional(),
    callback: z
      .strictObject({
        signature,
        status: z
          .strictObject({
            id: template.optional(),
            reference: template.optional(),
            state: template,
            delivered: z.array(words).min(1),
            failed: z.array(words).min(1),
          })
          .optional(),
        /** `id`: the gateway's own id of the message, by which a replay is recognised. */
        inbound: z.strictObject({ from: template, text: template, id: template.optional() }).optional(),
      })
      .optional(),
  })
  .refine(({ json, form, text }) => [json, form, text].filter(one => one !== undefined).length <= 1);

const twilio = z.strictObject({
  kind: z.literal('twilio'),
  url: secureAddress.default('https://api.twilio.com'),
  account: z.string().regex(/^\w{1,64}$/),
  token: words,
  /** A number (E.164) or alphanumeric sender; or the id of a messaging service. */
  from: words,
});

const gateway = z.discriminatedUnion('kind', [http, twilio]);

export type HttpGatewayConfig = z.output<typeof http>;
export type TwilioConfig = z.output<typeof twilio>;
export type SmsGatewayConfig = z.output<typeof gateway>;

/** Throws where it is no gateway. @param text JSON, or the path of a file with JSON */
export function readSmsGateway(text: string): SmsGatewayConfig {
  const json = text.trimStart().startsWith('{') ? text : readFileSync(text, 'utf8');
  return gateway.parse(JSON.parse(json));
}
