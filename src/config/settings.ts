/** Every environment variable Portico reads: what it is for, its kind of value and its default. docs.ts prints this table. */
import {
  canonicalBase,
  customerList,
  dkimKey,
  domainName,
  hostList,
  hostName,
  identifierSystem,
  identityProviderList,
  issuerList,
  labelList,
  language,
  mailbox,
  networkList,
  oneOf,
  onOff,
  path,
  phoneRegion,
  proxyList,
  smsGateway,
  smtpAddress,
  socketAddress,
  storeAddress,
  tgzFiles,
  tokenIssuerList,
  webAddress,
  whole,
  type Value,
} from './values.js';

export interface Setting<T> extends Value<T> {
  group: string;
  doc: string;
  /** The default, written as one would set it. */
  fallback?: string;
  /** What applies if the setting is left out and has no fixed default. */
  otherwise?: string;
  /** May hold a password or, by mistake, a private key: its value is never repeated. */
  secret: boolean;
}

type Text = Pick<Setting<unknown>, 'group' | 'doc'> & { secret?: true };

/** A setting with a default. */
const setting = <T>(value: Value<T>, fallback: string, about: Text): Setting<T> => ({
  ...value,
  secret: false,
  ...about,
  fallback,
});

/** A setting that may be left out; `otherwise` says what applies then. */
const optional = <T>(value: Value<T>, otherwise: string, about: Text): Setting<T | undefined> => ({
  ...value,
  secret: false,
  ...about,
  otherwise,
});

const megabyte = 1024 * 1024;
const day = 24 * 3600 * 1000;

const address = 'Address';
const storage = 'Storage';
const portal = 'Portal';
const mail = 'E-mail';
const texts = 'Text messages';
const outbound = 'Outbound calls';
const scanning = 'Virus scan';
const limits = 'Limits';
const trust = 'Trust';
const operation = 'Operation';

export const settings = {
  PORT: setting(whole(1, 65535), '8080', { group: address, doc: 'TCP port to listen on.' }),
  HOST: setting(hostName, '127.0.0.1', {
    group: address,
    doc: 'Network address to listen on; `0.0.0.0` for all of them.',
  }),
  PORTICO_URL: optional(webAddress, '`http://HOST:PORT`', {
    group: address,
    doc: 'Public base of all addresses this server gives out, as callers reach it. In production https, or a loopback address.',
  }),

  PORTICO_DATA: setting(path, 'data', {
    group: storage,
    doc: 'Folder for everything this server keeps: the embedded store, keys, audit logs, e-mails that are not sent over SMTP.',
  }),
  PORTICO_STORE: optional(storeAddress, '`sqlite:` and portico.db in PORTICO_DATA', {
    group: storage,
    secret: true,
    doc: 'Where resources are kept: `sqlite:PATH`; `memory` (gone at the end); `mongodb://…` or `mongodb+srv://…`, a replica set or sharded cluster of MongoDB 7.0 or later.',
  }),

  PORTICO_DEMO: optional(onOff, 'on, unless NODE_ENV is `production`', {
    group: portal,
    doc: 'Demo mode: a demo organization with patients is loaded, anybody signs in as one of its people, and a development issuer gives tokens to anybody. In production only at a loopback PORTICO_URL.',
  }),
  PORTICO_CUSTOMERS: setting(customerList, '', {
    group: portal,
    doc: 'Customers with an endpoint and a partition of their own, `/fhir/customer/KEY`; with `:enforced`, references to missing resources are refused. Demo mode adds `demo`.',
  }),
  PORTICO_DEFAULT_LANGUAGE: setting(language, 'en', {
    group: portal,
    doc: "Language for people whose language is unknown, at the first start. Later the portal's configuration says it.",
  }),
  PORTICO_PORTAL_URL: optional(webAddress, '`PORTICO_URL`', {
    group: portal,
    doc: "The patients' web portal: where links in e-mails lead. In production https, or a loopback address.",
  }),
  PORTICO_CANONICAL_URL: setting(canonicalBase, 'https://portico.health/fhir', {
    group: portal,
    doc:
      "Base of the canonical URLs of the portal's own definitions: profiles, code systems, value sets, operations. Set it once, " +
      'before the first start: resources that are stored keep the codes and profiles they were written with.',
  }),
  PORTICO_PATIENT_SYSTEM: optional(identifierSystem, '`NamingSystem/patient` under PORTICO_CANONICAL_URL', {
    group: portal,
    doc:
      'System of the identifiers that the portal assigns to the patients whom it makes: its own assigning authority. Set it ' +
      'once, before the first start.',
  }),
  PORTICO_INVITATION_DAYS: setting(whole(1, 365), '14', {
    group: portal,
    doc: 'Days an invitation can be redeemed.',
  }),
  PORTICO_SENSITIVE_LABELS: setting(labelList, 'R V ETH HIV PSY PSYTHPN SDV SEX STD', {
    group: portal,
    doc: 'Security labels (`meta.security`) that hide a resource from proxies and partners, unless a Consent of the patient permits them.',
  }),
  PORTICO_RESTRICTED_LABELS: setting(labelList, 'V PSYTHPN', {
    group: portal,
    doc: 'Security labels that hide a resource from staff until they break the glass (`Patient/$break-glass`).',
  }),
  PORTICO_SEALED_LABELS: setting(labelList, 'PSYTHPN', {
    group: portal,
    doc: 'Security labels that hide a resource from staff, whatever they do.',
  }),
  PORTICO_BREAK_GLASS_MINUTES: setting(whole(1, 1440), '60', {
    group: portal,
    doc: 'Minutes for which a clinician who breaks the glass sees what is restricted, at most.',
  }),
  PORTICO_PHONE_REGION: setting(phoneRegion, 'US', {
    group: portal,
    doc: 'The region whose national form telephone numbers without a country code have.',
  }),
  PORTICO_PACKAGES: setting(tgzFiles, '', {
    group: portal,
    doc: 'FHIR packages with further profiles and terminology, loaded at start.',
  }),

  PORTICO_SMTP_URL: optional(smtpAddress, 'e-mails are written as .eml files to the folder `mail` in PORTICO_DATA', {
    group: mail,
    secret: true,
    doc: 'Mail server that takes the e-mails: `smtp://` (STARTTLS where offered) or `smtps://`.',
  }),
  PORTICO_SMTP_REQUIRE_TLS: optional(onOff, 'on in production, unless the mail server is on this machine', {
    group: mail,
    doc: 'Whether e-mails wait rather than go to a mail server that offers no TLS.',
  }),
  PORTICO_DKIM_KEY: optional(dkimKey, 'e-mails are not signed', {
    group: mail,
    secret: true,
    doc: 'Signs the e-mails that go to the mail server (DKIM). Its public key is a TXT record of `SELECTOR._domainkey.DOMAIN`.',
  }),
  PORTICO_DKIM_SELECTOR: setting(domainName, 'portico', { group: mail, doc: 'Selector of the DKIM key.' }),
  PORTICO_DKIM_DOMAIN: optional(domainName, 'the domain of PORTICO_MAIL_FROM', {
    group: mail,
    doc: 'Domain of the DKIM key.',
  }),
  PORTICO_MAIL_FROM: setting(mailbox, 'Portico <no-reply@localhost>', { group: mail, doc: 'Sender of all e-mails.' }),

  PORTICO_SMS: optional(
    smsGateway,
    'in demo mode, files in the folder `sms` in PORTICO_DATA; else no text messages are sent',
    {
      group: texts,
      secret: true,
      doc: 'Gateway that takes the text messages, with its secrets: Twilio, or any that takes an HTTP request.',
    },
  ),

  PORTICO_OUTBOUND_HOSTS: optional(hostList, 'the hosts of PORTICO_SMS and PORTICO_IDENTITY_PROVIDERS', {
    group: outbound,
    doc:
      'Hosts that this server calls over HTTP: by https alone, or by http on this machine. An address of a private network ' +
      'is called where the list names the address itself.',
  }),
  PORTICO_OUTBOUND_NETWORKS: setting(networkList, '', {
    group: outbound,
    doc: 'Private networks that names of PORTICO_OUTBOUND_HOSTS may lead to. Names that lead to any other private address are not called.',
  }),

  PORTICO_CLAMD: optional(socketAddress, 'nothing is scanned for viruses', {
    group: scanning,
    doc:
      'clamd of ClamAV, which scans all content that is sent before it is stored: `tcp://HOST:PORT` or `unix:/PATH`. What is ' +
      'infected is refused. While clamd does not answer, files are held: stored, and opened for nobody until they are scanned.',
  }),
  PORTICO_CLAMD_TIMEOUT: setting(whole(100, 600_000), '10000', {
    group: scanning,
    doc: 'Milliseconds in which clamd answers while a sender waits; then the file is held. Scans of what is held have four times as long.',
  }),
  PORTICO_CLAMD_CONNECTIONS: setting(whole(1, 1000), '8', {
    group: scanning,
    doc: 'Scans of a process at once; clamd has a thread for each (`MaxThreads`, by default 10).',
  }),

  PORTICO_MAX_BODY: setting(whole(1024, 1024 * megabyte), String(16 * megabyte), {
    group: limits,
    doc: 'Largest request body in bytes, after decompression. An attachment of 10 MiB inside a resource takes 14 MiB.',
  }),
  PORTICO_MAX_UPLOAD: optional(whole(1024, 64 * 1024 * megabyte), '64 MiB, or PORTICO_MAX_BODY where it is more', {
    group: limits,
    doc: 'Largest content in bytes that is sent to Binary in a format of its own: it is stored while it arrives, and takes no memory.',
  }),
  PORTICO_MAX_DEPTH: setting(whole(8, 1000), '64', {
    group: limits,
    doc: 'Deepest nesting of a body, in levels; checked before it is parsed.',
  }),
  PORTICO_MAX_ELEMENTS: setting(whole(1000, 10_000_000), '30000', {
    group: limits,
    doc:
      'Most elements (values, objects, lists) of one resource that is sent; 413 beyond. Each thousand holds other requests up for ' +
      'about a millisecond. `npm run load` takes larger ones.',
  }),
  PORTICO_MAX_TEXT: setting(whole(10_000, 1024 * megabyte), String(megabyte), {
    group: limits,
    doc:
      'Most characters of one resource that is sent, base64 content of attachments left out and narrative counted twice; 413 ' +
      'beyond.',
  }),
  PORTICO_MAX_ENTRIES: setting(whole(1, 100_000), '2000', {
    group: limits,
    doc: 'Most entries of a batch or transaction.',
  }),
  PORTICO_PAGE_SIZE: setting(whole(1, 10_000), '20', {
    group: limits,
    doc: 'Matches on a page if the caller names no `_count`.',
  }),
  PORTICO_MAX_PAGE_SIZE: setting(whole(1, 10_000), '1000', {
    group: limits,
    doc: 'Most matches on a page, whatever `_count` says.',
  }),
  PORTICO_MAX_INCLUDES: setting(whole(0, 100_000), '1000', {
    group: limits,
    doc: 'Most resources that `_include` and `_revinclude` add to a page.',
  }),
  PORTICO_REQUEST_TIMEOUT: setting(whole(100, day), '30000', {
    group: limits,
    doc: 'Milliseconds that a request may take: 408 if it has not arrived by then, 504 if it is not answered by then.',
  }),
  PORTICO_SEARCH_TIMEOUT: setting(whole(100, day), '5000', {
    group: limits,
    doc: 'Milliseconds after which one search in the store ends with 504.',
  }),
  PORTICO_RATE: setting(whole(0, 1e9), '0', {
    group: limits,
    doc:
      'Units of work that one person or client may ask for in a minute of each process: a read or search counts 1, ' +
      'anything else 100, a batch what its entries do. `0`: no limit.',
  }),
  PORTICO_UPLOAD_RATE: setting(whole(0, 1e6), '0', {
    group: limits,
    doc:
      'Megabytes that one person or client may send in a minute of each process, files and all else; 429 beyond. No fewer than ' +
      'the largest file that is to arrive. `0`: no limit.',
  }),

  PORTICO_MEASUREMENT_RATE: setting(whole(0, 1e6), '300', {
    group: limits,
    doc: 'Measurements that one device (or app, where it names none) may enter for a person in a minute of each process. `0`: no limit.',
  }),

  PORTICO_ISSUERS: setting(tokenIssuerList, '[]', {
    group: trust,
    secret: true,
    doc:
      'External issuers whose access tokens are accepted: JWTs by their public keys, opaque tokens by introspection and userInfo. ' +
      'A private or symmetric key stops the start.',
  }),

  PORTICO_IDENTITY_PROVIDERS: setting(identityProviderList, '[]', {
    group: trust,
    secret: true,
    doc:
      'External identity providers (OpenID Connect) that people sign in with, with the secrets of this server there. The ' +
      "portal's configuration says whether members and staff use them (`credential-model`).",
  }),

  PORTICO_TRUST_PROXY: setting(proxyList, '', {
    group: trust,
    doc:
      'Addresses and networks (`10.0.0.0/8, 2001:db8::/32, loopback`) of reverse proxies, whose `X-Forwarded-For` tells where a ' +
      'request comes from. Of any other caller the field is not read. Limits of sign-in count by that address.',
  }),

  PORTICO_REGISTRATION: optional(oneOf(['off', 'statement', 'open']), '`off`; in demo mode `open`', {
    group: trust,
    doc: 'Which apps register themselves (RFC 7591): none, those with a software statement of PORTICO_STATEMENT_ISSUERS, all. A person still decides what each of them sees.',
  }),
  PORTICO_STATEMENT_ISSUERS: setting(issuerList, '[]', {
    group: trust,
    secret: true,
    doc: 'Issuers whose software statements are believed, with their public keys.',
  }),

  PORTICO_AUDIT_DAYS: setting(whole(0, 36_500), '3650', {
    group: operation,
    doc: 'Days that the audit trail is kept; `0`: for good.',
  }),
  PORTICO_LOG_LEVEL: setting(oneOf(['silent', 'fatal', 'error', 'warn', 'info', 'debug']), 'info', {
    group: operation,
    doc: 'Least severe log lines written (JSON on standard output).',
  }),
  NODE_ENV: optional(oneOf(['production', 'development', 'test']), 'development', {
    group: operation,
    doc: '`production` turns demo mode off and refuses settings that are not safe at a public address.',
  }),
};
