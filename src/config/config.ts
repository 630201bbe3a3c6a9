/**
 * The environment as one frozen, typed value. A wrong, unknown or unsafe setting stops the start with one line that
 * names the variable. settings.ts lists the variables.
 */
import { join } from 'node:path';
import type { CountryCode } from 'libphonenumber-js/min';
import { settings, type Setting } from './settings.js';
import type { IdentityProviderConfig } from './identity-providers.js';
import type { SmsGatewayConfig } from './sms-gateway.js';
import { addressesOf, type TokenIssuerConfig } from './token-issuers.js';
import type { CustomerConfig, IssuerConfig, SocketAddress, StoreConfig } from './values.js';

export interface Config {
  readonly production: boolean;
  readonly host: string;
  readonly port: number;
  /** Public base of all addresses, without a trailing slash: `https://portal.example.org`. */
  readonly url: string;
  /** Base of the canonical URLs of the portal's own definitions, without a trailing slash. */
  readonly canonicalUrl: string;
  /** System of the identifiers that the portal assigns to patients; undefined: one under `canonicalUrl`. */
  readonly patientSystem: string | undefined;
  /** Absolute path of the data folder; it may not exist yet. */
  readonly dataFolder: string;
  readonly store: StoreConfig;
  readonly demo: boolean;
  readonly customers: readonly CustomerConfig[];
  /** BCP 47 tag. */
  readonly defaultLanguage: string;
  /** Where links in e-mails lead, without a trailing slash. */
  readonly portalUrl: string;
  readonly invitationDays: number;
  readonly breakGlassMinutes: number;
  /** Security labels that hide resources, with spaces between. */
  readonly labels: { readonly sensitive: string; readonly restricted: string; readonly sealed: string };
  /** The region of telephone numbers in national form: ISO 3166-1 alpha-2. */
  readonly phoneRegion: CountryCode;
  /** Absolute paths of FHIR packages (.tgz). */
  readonly packages: readonly string[];
  readonly mail: {
    /** Absent: e-mails are written to `folder` as .eml files. */
    readonly smtpUrl: string | undefined;
    readonly folder: string;
    readonly from: string;
    readonly requireTls: boolean;
    /** Absent: e-mails are not signed. */
    readonly dkim: { readonly domain: string; readonly selector: string; readonly privateKey: string } | undefined;
  };
  readonly sms: {
    /** Absent: in demo mode, text messages are written to `folder`; else none are sent. */
    readonly gateway: SmsGatewayConfig | undefined;
    readonly folder: string;
  };
  readonly outbound: {
    /** `host:port` */
    readonly hosts: readonly string[];
    /** CIDR blocks. */
    readonly networks: readonly string[];
  };
  /** Absent: nothing is scanned for viruses. */
  readonly clamd:
    | {
        readonly address: SocketAddress;
        /** Milliseconds. */
        readonly timeout: number;
        readonly connections: number;
      }
    | undefined;
  /** Bytes, levels, counts and milliseconds; settings.ts says which. */
  readonly limits: {
    readonly maxBody: number;
    /** Of content that is stored while it arrives. */
    readonly maxUpload: number;
    readonly maxDepth: number;
    /** Of one resource. */
    readonly maxElements: number;
    /** Characters of one resource's text, base64 content left out. */
    readonly maxText: number;
    readonly maxEntries: number;
    readonly pageSize: number;
    readonly maxPageSize: number;
    readonly maxIncludes: number;
    readonly requestTimeout: number;
    readonly searchTimeout: number;
  };
  /** Units of work a minute for each caller; 0 = no limit. */
  readonly rate: number;
  /** Bytes that one caller may send in a minute; 0: any number. */
  readonly uploadRate: number;
  /** Measurements that one device may enter for somebody in a minute; 0: any number. */
  readonly measurementRate: number;
  readonly issuers: readonly TokenIssuerConfig[];
  readonly identityProviders: readonly IdentityProviderConfig[];
  /** Addresses and networks of reverse proxies: `10.0.0.0/8`, `loopback`. */
  readonly trustedProxies: readonly string[];
  /** Which apps register themselves. */
  readonly registration: 'off' | 'statement' | 'open';
  readonly statementIssuers: readonly IssuerConfig[];
  /** Milliseconds that the audit trail is kept; undefined: for good. */
  readonly auditRetention: number | undefined;
  readonly logLevel: 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error with one line that names the variable, and never repeats the value of a secret one */
export function loadConfig(env: Environment): Config {
  refuseUnknown(env);
  const config = configOf(readSettings(env));
  refuseContradictions(config);
  if (config.production) refuseUnsafe(config, env);
  return deepFreeze(config);
}

type Values = { [Name in keyof typeof settings]: (typeof settings)[Name] extends Setting<infer T> ? T : never };

/** Catches a mistyped name. PORTICO_TEST_* belong to the test runner. */
function refuseUnknown(env: Environment): void {
  const unknown = Object.keys(env).find(
    name => name.startsWith('PORTICO_') && !name.startsWith('PORTICO_TEST_') && !(name in settings),
  );
  if (unknown !== undefined) throw new Error(`${unknown} is not a setting of Portico: see docs/configuration.md`);
}

function readSettings(env: Environment): Values {
  const entries = Object.entries<Setting<unknown>>(settings).map(([name, setting]) => [
    name,
    readSetting(name, setting, env[name]),
  ]);
  return Object.fromEntries(entries) as Values;
}

/** An empty variable counts as one that is not set. */
function readSetting(name: string, setting: Setting<unknown>, given: string | undefined): unknown {
  const text = given === undefined || given === '' ? setting.fallback : given;
  if (text === undefined) return undefined;
  const result = setting.schema.safeParse(text);
  if (result.success) return result.data;
  const [place = ''] = result.error.issues.map(({ path }) => path.join('.'));
  const where = place === '' ? '' : ` (wrong at ${place})`;
  const instead = setting.secret ? '' : `, not ${JSON.stringify(text)}`;
  throw new Error(`${name} must be ${setting.expected}${where}${instead}`);
}

function configOf(values: Values): Config {
  const url = values.PORTICO_URL ?? `http://${hostInUrl(values.HOST)}:${values.PORT}`;
  const production = values.NODE_ENV === 'production';
  const demo = values.PORTICO_DEMO ?? !production;
  return {
    production,
    host: values.HOST,
    port: values.PORT,
    url,
    canonicalUrl: values.PORTICO_CANONICAL_URL,
    patientSystem: values.PORTICO_PATIENT_SYSTEM,
    dataFolder: values.PORTICO_DATA,
    store: values.PORTICO_STORE ?? { kind: 'sqlite', path: join(values.PORTICO_DATA, 'portico.db') },
    demo,
    customers: customersOf(values.PORTICO_CUSTOMERS, demo),
    defaultLanguage: values.PORTICO_DEFAULT_LANGUAGE,
    portalUrl: values.PORTICO_PORTAL_URL ?? url,
    invitationDays: values.PORTICO_INVITATION_DAYS,
    breakGlassMinutes: values.PORTICO_BREAK_GLASS_MINUTES,
    labels: {
      sensitive: values.PORTICO_SENSITIVE_LABELS,
      restricted: values.PORTICO_RESTRICTED_LABELS,
      sealed: values.PORTICO_SEALED_LABELS,
    },
    phoneRegion: values.PORTICO_PHONE_REGION,
    packages: values.PORTICO_PACKAGES,
    mail: {
      smtpUrl: values.PORTICO_SMTP_URL,
      folder: join(values.PORTICO_DATA, 'mail'),
      from: values.PORTICO_MAIL_FROM,
      requireTls: values.PORTICO_SMTP_REQUIRE_TLS ?? (production && !isLoopback(values.PORTICO_SMTP_URL ?? url)),
      dkim: dkimOf(values),
    },
    sms: { gateway: values.PORTICO_SMS, folder: join(values.PORTICO_DATA, 'sms') },
    outbound: {
      hosts: values.PORTICO_OUTBOUND_HOSTS ?? [...hostsOf(values.PORTICO_SMS), ...issuerHosts(values)],
      networks: values.PORTICO_OUTBOUND_NETWORKS,
    },
    clamd: clamdOf(values),
    limits: {
      maxBody: values.PORTICO_MAX_BODY,
      maxUpload: values.PORTICO_MAX_UPLOAD ?? Math.max(values.PORTICO_MAX_BODY, UPLOAD),
      maxDepth: values.PORTICO_MAX_DEPTH,
      maxElements: values.PORTICO_MAX_ELEMENTS,
      maxText: values.PORTICO_MAX_TEXT,
      maxEntries: values.PORTICO_MAX_ENTRIES,
      pageSize: values.PORTICO_PAGE_SIZE,
      maxPageSize: values.PORTICO_MAX_PAGE_SIZE,
      maxIncludes: values.PORTICO_MAX_INCLUDES,
      requestTimeout: values.PORTICO_REQUEST_TIMEOUT,
      searchTimeout: values.PORTICO_SEARCH_TIMEOUT,
    },
    rate: values.PORTICO_RATE,
    uploadRate: values.PORTICO_UPLOAD_RATE * 1024 * 1024,
    measurementRate: values.PORTICO_MEASUREMENT_RATE,
    issuers: values.PORTICO_ISSUERS,
    identityProviders: values.PORTICO_IDENTITY_PROVIDERS,
    trustedProxies: values.PORTICO_TRUST_PROXY,
    registration: values.PORTICO_REGISTRATION ?? (demo ? 'open' : 'off'),
    statementIssuers: values.PORTICO_STATEMENT_ISSUERS,
    auditRetention: values.PORTICO_AUDIT_DAYS === 0 ? undefined : values.PORTICO_AUDIT_DAYS * DAY,
    logLevel: values.PORTICO_LOG_LEVEL,
  };
}

/** Bytes. */
const UPLOAD = 64 * 1024 * 1024;

function clamdOf(values: Values): Config['clamd'] {
  const { PORTICO_CLAMD: address, PORTICO_CLAMD_TIMEOUT: timeout, PORTICO_CLAMD_CONNECTIONS: connections } = values;
  return address && { address, timeout, connections };
}

function dkimOf(values: Values): Config['mail']['dkim'] {
  const { PORTICO_DKIM_KEY: privateKey, PORTICO_DKIM_SELECTOR: selector, PORTICO_MAIL_FROM: from } = values;
  const domain = values.PORTICO_DKIM_DOMAIN ?? /@([^\s<>@]+)>?$/.exec(from)?.[1] ?? '';
  return privateKey === undefined ? undefined : { domain, selector, privateKey };
}

/** The hosts that are called for a gateway. */
const hostsOf = (gateway: SmsGatewayConfig | undefined): string[] => (gateway ? [hostOf(gateway.url)] : []);

const issuerHosts = ({ PORTICO_IDENTITY_PROVIDERS: providers, PORTICO_ISSUERS: issuers }: Values): string[] =>
  [...providers.map(({ issuer }) => issuer), ...issuers.flatMap(addressesOf)].map(hostOf);

/** `host:port` */
export function hostOf(address: string): string {
  const { hostname, port, protocol } = new URL(address);
  return `${hostname}:${port || (protocol === 'http:' ? 80 : 443)}`;
}

/** Milliseconds. */
const DAY = 24 * 3600_000;

const DEMO_CUSTOMER: CustomerConfig = { key: 'demo', referencesEnforced: false };

function customersOf(named: readonly CustomerConfig[], demo: boolean): readonly CustomerConfig[] {
  return demo && !named.some(({ key }) => key === DEMO_CUSTOMER.key) ? [...named, DEMO_CUSTOMER] : named;
}

const everywhere = new Set(['0.0.0.0', '::']);

/** How callers on this machine reach a server that listens on this address. */
function hostInUrl(host: string): string {
  if (everywhere.has(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function refuseContradictions({ limits, sms, outbound, identityProviders, issuers }: Config): void {
  if (limits.pageSize > limits.maxPageSize) throw new Error('PORTICO_PAGE_SIZE must not exceed PORTICO_MAX_PAGE_SIZE');
  if (limits.searchTimeout > limits.requestTimeout) {
    throw new Error('PORTICO_SEARCH_TIMEOUT must not exceed PORTICO_REQUEST_TIMEOUT');
  }
  if (!hostsOf(sms.gateway).every(host => outbound.hosts.includes(host))) {
    throw new Error('PORTICO_OUTBOUND_HOSTS must name the host of the gateway in PORTICO_SMS');
  }
  if (!identityProviders.every(({ issuer }) => outbound.hosts.includes(hostOf(issuer)))) {
    throw new Error('PORTICO_OUTBOUND_HOSTS must name the hosts of the issuers in PORTICO_IDENTITY_PROVIDERS');
  }
  if (!issuers.flatMap(addressesOf).every(address => outbound.hosts.includes(hostOf(address)))) {
    throw new Error('PORTICO_OUTBOUND_HOSTS must name the hosts of the addresses in PORTICO_ISSUERS');
  }
}

/** Refuses settings that suit a developer's machine and are unsafe where strangers reach the server. */
function refuseUnsafe(config: Config, env: Environment): void {
  if (!env['PORTICO_URL'] && everywhere.has(config.host)) {
    throw new Error(`PORTICO_URL must be set in production where HOST is ${config.host}`);
  }
  for (const [name, address] of [
    ['PORTICO_URL', config.url],
    ['PORTICO_PORTAL_URL', config.portalUrl],
  ] as const) {
    if (address.startsWith('http:') && !isLoopback(address)) {
      throw new Error(`${name} must be https in production, not ${JSON.stringify(address)}`);
    }
  }
  if (config.demo && !isLoopback(config.url)) {
    throw new Error('PORTICO_DEMO must be off in production at a public PORTICO_URL: its tokens are for anybody');
  }
  if (config.issuers.some(({ issuer }) => !issuer.startsWith('https:'))) {
    throw new Error('PORTICO_ISSUERS must name https issuers in production');
  }
}

function isLoopback(address: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(address).hostname);
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner as object);
  return Object.freeze(value);
}
