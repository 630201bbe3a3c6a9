/** The kinds of value that a setting can have: how to read the text of an environment variable, and the error if it is wrong. */
import { isIP } from 'node:net';
import { isSupportedCountry } from 'libphonenumber-js/min';
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { readIdentityProviders } from './identity-providers.js';
import { publicKeys } from './public-keys.js';
import { readTokenIssuers } from './token-issuers.js';
import { readSmsGateway } from './sms-gateway.js';
import { languageTag } from '../fhir/language-tag.js';

export interface Value<T> {
  schema: z.ZodType<T, string>;
  /** Ends the sentence "X must be …", in the error and in the documentation. */
  expected: string;
}

const value = <T>(expected: string, schema: z.ZodType<T, string>): Value<T> => ({ expected, schema });

/** Text that `parse` turns into a value; for wrong text it throws or returns undefined. */
const parsed = <T>(expected: string, read: (text: string) => T | undefined): Value<T> =>
  value(
    expected,
    z.string().transform((text, context) => {
      const path: PropertyKey[] = [];
      try {
        const result = read(text);
        if (result !== undefined) return result;
      } catch (error) {
        // The place is kept alone: the error may repeat the text, which may hold a secret.
        if (error instanceof z.ZodError) path.push(...(error.issues[0]?.path ?? []));
      }
      context.addIssue({ code: 'custom', message: expected, path });
      return z.NEVER;
    }),
  );

export const text = value('some text', z.string().min(1));

export const whole = (min: number, max: number): Value<number> =>
  value(
    `a whole number from ${min} to ${max}`,
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .pipe(z.number().min(min).max(max)),
  );

export const onOff = value('on or off', z.stringbool({ truthy: ['on', 'true', '1'], falsy: ['off', 'false', '0'] }));

export const oneOf = <const T extends string>(names: readonly T[]): Value<T> =>
  value(`one of ${names.join(', ')}`, z.enum(names));

/** A path, made absolute from the working directory. */
export const path = parsed('a path', file => (file.includes('\0') ? undefined : resolve(file)));

export const tgzFiles = parsed('a list of .tgz files with commas between', list => {
  const files = listOf(list);
  return files.every(file => file.endsWith('.tgz')) ? files.map(file => resolve(file)) : undefined;
});

/** An http or https address, without a slash at its end. */
/** A customer: partition and endpoint of its own, both named by its key. */
export interface CustomerConfig {
  readonly key: string;
  /** References must resolve within the customer's data. */
  readonly referencesEnforced: boolean;
}

export const customerList = parsed<readonly CustomerConfig[]>(
  'customer keys ([a-z0-9]{1,16}) with commas between, each maybe followed by :enforced',
  list => {
    const customers = list.split(',').filter(Boolean).map(customer);
    const keys = new Set(customers.map(one => one?.key));
    return customers.includes(undefined) || keys.size < customers.length ? undefined : (customers as CustomerConfig[]);
  },
);

function customer(text: string): CustomerConfig | undefined {
  const [, key, enforced] = /^([a-z0-9]{1,16})(:enforced)?$/.exec(text.trim()) ?? [];
  return key === undefined ? undefined : { key, referencesEnforced: enforced !== undefined };
}

export const webAddress = parsed('an http or https address without query, fragment, user or password', address => {
  const { protocol, search, hash, username, password, href } = new URL(address);
  const bare = !search && !hash && !username && !password && !/[?#]/.test(address);
  return /^https?:$/.test(protocol) && bare ? href.replace(/\/+$/, '') : undefined;
});

/** Characters that neither JSON nor FHIRPath escapes. */
export const canonicalBase = parsed('an http or https address without query, fragment, user or password', address =>
  /^https?:\/\/[\w.:-]+(\/[\w.~%:-]+)*\/?$/.test(address) ? address.replace(/\/$/, '') : undefined,
);

/** An absolute URI. https://hl7.org/fhir/R4/datatypes.html#Identifier */
export const identifierSystem = value(
  'an absolute URI, as https://clinic.example.org/portal-id or urn:oid:2.999.1',
  z.string().regex(/^(https?:\/\/[\w.:-]+(\/[\w.~%:-]+)*|urn:oid:[012](\.\d+)+|urn:uuid:[\da-f-]{36})$/),
);

export const hostName = value('a host name or IP address', z.string().regex(/^[\w.:-]+$/));

export const language = parsed('a language tag such as en or ar-SA', languageTag);

/** Security labels: codes, of any system or of one. */
export const labelList = parsed('codes with spaces between, each maybe as system|code; or none', list =>
  list.split(' ').every(word => /^([^\s|]+\|)?[^\s|]+$/.test(word)) ? list : undefined,
);

export const phoneRegion = parsed('a region (ISO 3166-1) such as US', region =>
  isSupportedCountry(region) ? region : undefined,
);

/** Hosts in one form, `host:port`. */
export const hostList = parsed<readonly string[]>(
  'hosts with commas between, each maybe with a port (443 where none is named)',
  list => listOf(list).map(hostAndPort),
);

function hostAndPort(host: string): string {
  if (!/^[\p{L}\p{N}.:[\]_-]+$/u.test(host)) throw new Error('no host');
  const { hostname, port } = new URL(`https://${host}`);
  return `${hostname}:${port || 443}`;
}

/** IP networks in CIDR notation. https://www.rfc-editor.org/rfc/rfc4632 */
export const networkList = parsed<readonly string[]>('networks such as 10.1.0.0/16 with commas between', list => {
  const networks = listOf(list);
  return networks.every(isNetwork) ? networks : undefined;
});

function isNetwork(network: string): boolean {
  const [, address = '', bits] = /^([^/]+)\/(\d{1,3})$/.exec(network) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128);
}

/** Addresses and networks of proxies, as Express names them. https://expressjs.com/en/guide/behind-proxies.html */
export const proxyList = parsed<readonly string[]>(
  'addresses and networks such as 10.1.0.0/16 with commas between',
  list => {
    const proxies = listOf(list);
    return proxies.every(one => one === 'loopback' || isIP(one) !== 0 || isNetwork(one)) ? proxies : undefined;
  },
);

const listOf = (list: string): string[] =>
  list
    .split(',')
    .map(one => one.trim())
    .filter(Boolean);

/** The gateway of text messages. */
export const smsGateway = parsed(
  'JSON of a gateway, or the path of a file with it: docs/text-messages.md',
  readSmsGateway,
);

/** External identity providers. */
export const identityProviderList = parsed(
  'JSON of a list of providers, or the path of a file with it: docs/identity-providers.md',
  readIdentityProviders,
);

/** An RSA key that signs e-mails: a signature by a shorter one is taken for none. https://www.rfc-editor.org/rfc/rfc8301#section-3.2 */
export const dkimKey = parsed('the path of a PEM file with a private RSA key of 1024 bits or more', file => {
  const pem = readFileSync(file, 'utf8');
  const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  return asymmetricKeyType === 'rsa' && bits >= 1024 ? pem : undefined;
});

/** A name of DNS. */
export const domainName = value('a domain name', z.string().regex(/^(?=.{1,253}$)[a-z\d-]{1,63}(\.[a-z\d-]{1,63})*$/i));

export const mailbox = value(
  'an e-mail address, with or without a name',
  z.string().regex(/^[^\r\n]*[^\s<>@]+@[^\s<>@]+>?$/),
);

export const smtpAddress = parsed('an address such as smtps://user:password@host:465', address => {
  const { protocol, hostname } = new URL(address);
  return /^smtps?:$/.test(protocol) && hostname ? address : undefined;
});

export type SocketAddress = { readonly host: string; readonly port: number } | { readonly path: string };

export const socketAddress = parsed<SocketAddress>('tcp://HOST:PORT or unix:/PATH', address => {
  const [, file] = /^unix:(\/.+)$/.exec(address) ?? [];
  if (file !== undefined) return { path: file };
  const [, host = '', port] =
    /^tcp:\/\/(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(address)?.filter(Boolean) ?? [];
  const number = Number(port);
  return number > 0 && number < 65536 ? { host, port: number } : undefined;
});

/** Where resources and records are kept. */
export type StoreConfig =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'mongo'; readonly url: string };

export const storeAddress = parsed<StoreConfig>('sqlite:PATH, memory or a mongodb:// address', address => {
  if (address === 'memory') return { kind: 'memory' };
  if (/^mongodb(\+srv)?:\/\/[^\s/]+/.test(address)) return { kind: 'mongo', url: address };
  const [, file] = /^sqlite:(.+)$/.exec(address) ?? [];
  return file === undefined ? undefined : { kind: 'sqlite', path: resolve(file) };
});

const issuer = z.strictObject({
  issuer: z.url(),
  audience: z.string().min(1),
  jwks: publicKeys,
});

/** An issuer of signed statements that this server believes, with its public keys (RFC 7517). */
export type IssuerConfig = z.output<typeof issuer>;

export const issuerList = parsed(
  'JSON: [{"issuer": URL, "audience": text, "jwks": {"keys": [public keys, without any private member]}}, …]',
  json => z.array(issuer).parse(JSON.parse(json)),
);

/** External issuers of access tokens. */
export const tokenIssuerList = parsed(
  'JSON of issuers, or the path of a file with it: docs/token-issuers.md',
  readTokenIssuers,
);
