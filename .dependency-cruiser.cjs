/**
 * The import rules: every import that is not listed here is forbidden, `import type` included. docs/adding.md shows how
 * the folders work together; a new folder or package needs a line here, and a reason.
 */

const unitFolders = require('./tools/unit-folders.json');

/** Entry points of processes and threads, the modules that only the build runs, and types of packages that bring none. */
const entries =
  '^src/(main|commands/[^/]+|(definitions|validate)/generate|definitions/declare|config/docs|configuration/(docs|definitions)|.*-thread|.*\\.d)\\.ts$';

/** What every handler is given, and the types of its parts. */
const handler = ['service.ts', 'store/port.ts as types', 'access/ as types'];

/** Folders without any knowledge of storage or HTTP. */
const pure = ['fhir/', 'runtime/', 'definitions/', 'search/', 'validate/'];

/** Folder (or file) below src → its allowed imports beside itself. "x as types": `import type` alone. */
const folders = {
  'fhir/': [],
  'config/': ['fhir/language-tag.ts'],
  'runtime/': [],
  'definitions/': ['fhir/', 'runtime/'],
  'formats/': ['fhir/', 'definitions/'],
  'validate/': ['fhir/', 'runtime/', 'definitions/'],
  'search/': ['fhir/', 'runtime/', 'definitions/'],
  'configuration/': ['fhir/', 'store/port.ts as types'],
  'texts/': ['fhir/'],
  'wording/': ['fhir/', 'texts/', 'configuration/', 'portal/ as types'],
  'portal/': ['fhir/', 'store/port.ts as types'],
  'access/': [
    ...['fhir/', 'runtime/', 'config/ as types', 'definitions/', 'search/'],
    ...['store/port.ts', 'store/change-set.ts', 'store/views/'],
  ],
  'service.ts': [
    ...['fhir/ as types', 'definitions/ as types', 'search/ as types', 'store/port.ts as types'],
    ...['access/ as types', 'configuration/ as types', 'portal/ as types', 'validate/ as types', 'texts/ as types'],
    ...['wording/ as types'],
  ],
  // Content of Binaries outside the text of their resources.
  'content/': ['fhir/', 'runtime/', 'formats/', 'search/ as types', 'store/port.ts as types', 'portal/ as types'],
  'conformance/': [...pure, ...handler],
  'writing/': [
    ...[...pure, ...handler, 'content/', 'configuration/', 'texts/', 'wording/', 'portal/'],
    ...['store/change-set.ts', 'store/views/'],
  ],
  'interactions/': [...pure, ...handler, 'formats/', 'content/', 'writing/', 'store/views/'],
  'operations/': [
    ...pure,
    ...handler,
    'formats/',
    'content/',
    'writing/',
    'conformance/',
    'portal/',
    'texts/',
    'wording/',
    'access/broken-glass.ts',
  ],
  'outbound/': ['runtime/', 'content/ as types'],
  'delivery/': [
    ...['fhir/', 'runtime/', 'config/ as types', 'definitions/', 'search/', 'store/port.ts', 'outbound/'],
    ...['portal/', 'wording/ as types', 'configuration/ as types', 'access/ as types', 'service.ts'],
  ],
  'observe/': ['fhir/', 'runtime/', 'config/ as types', 'search/', 'store/port.ts', 'access/ as types', 'service.ts'],
  'identity/': [
    ...['fhir/', 'config/ as types', 'definitions/ as types', 'store/port.ts', 'access/', 'portal/', 'pages/ as types'],
    ...['service.ts', 'router/dispatch.ts', 'outbound/', 'runtime/'],
  ],
  'identity/accounts/': ['configuration/ as types', 'portal/', 'project-root.ts'],
  'router/': [
    ...[
      ...pure,
      ...handler,
      'store/change-set.ts',
      'formats/',
      'access/',
      'configuration/',
      'texts/',
      'portal/ as types',
    ],
  ],
  'interfaces/': ['fhir/', 'service.ts', 'router/dispatch.ts'],
  'http/': ['fhir/', 'runtime/', 'config/', 'formats/', 'router/', 'access/ as types', 'pages/'],
  'pages/': [
    ...['fhir/', 'config/', 'configuration/', 'texts/', 'definitions/ as types', 'formats/'],
    ...['delivery/ as types', 'http/ as types', 'identity/', 'portal/ as types', 'wording/'],
  ],
  'demo/': [
    ...['fhir/', 'definitions/ as types', 'store/port.ts as types', 'service.ts', 'writing/', 'project-root.ts'],
    'identity/ as types',
  ],
  'project-root.ts': [],
  'greeting.ts': ['config/ as types', 'definitions/ as types', 'project-root.ts'],
  'compose.ts': [''],
  'compose/': [''],
  'main.ts': ['compose.ts', 'compose/', 'config/', 'observe/', 'runtime/', 'greeting.ts'],
  'commands/': [
    ...[
      'compose.ts',
      'compose/',
      'config/',
      'definitions/ as types',
      'definitions/endpoints.table.ts',
      'fhir/',
      'formats/',
    ],
    ...['access/', 'delivery/', 'identity/', 'writing/', 'observe/audit/', 'store/port.ts as types', 'project-root.ts'],
  ],
};

/** npm package or Node module → the only folders below src that may import it. Other modules of Node are free. */
const packages = {
  '@fastify/busboy': ['pages/'],
  '@simplewebauthn/server': ['identity/passkeys/'],
  '@node-rs/argon2': ['identity/'],
  '@lhncbc/ucum-lhc': ['fhir/'],
  '@types/fhir': [''],
  ajv: ['definitions/', 'validate/'],
  'content-disposition': ['interactions/'],
  'content-type': ['formats/'],
  express: ['http/', 'pages/', 'identity/'],
  'fhir-kit-client': ['store/upstream/', 'delivery/channels/', 'commands/demo/'],
  fhirpath: ['fhir/'],
  'file-type': ['content/'],
  'htmx.org': ['pages/'],
  i18next: ['texts/'],
  jsonwebtoken: ['access/', 'identity/'],
  'libphonenumber-js': ['fhir/', 'config/'],
  liquidjs: ['delivery/channels/', 'wording/'],
  mongodb: ['store/mongo/'],
  negotiator: ['formats/', 'texts/'],
  nodemailer: ['delivery/channels/'],
  jose: ['identity/'],
  'oidc-provider': ['identity/authorization-server/'],
  'openid-client': ['identity/providers/'],
  opossum: ['outbound/'],
  pino: ['observe/'],
  otplib: ['identity/'],
  'postal-mime': ['delivery/'],
  qrcode: ['pages/account/'],
  'sanitize-html': ['wording/'],
  rfc6902: ['interactions/'],
  saxes: ['formats/', 'validate/', 'configuration/'],
  tar: ['definitions/'],
  zod: ['config/'],
  'node:dns': ['outbound/'],
  'node:http2': [],
  'node:https': ['outbound/'],
  'node:sqlite': ['store/sqlite/'],
  'node:tls': ['outbound/'],
};

const escape = text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const below = path => `^src/${escape(path)}`;
const anyOf = paths => paths.map(below).join('|');

function importsOf([folder, targets]) {
  const types = targets.filter(target => target.endsWith(' as types')).map(target => target.replace(' as types', ''));
  const whole = targets.filter(target => !target.endsWith(' as types'));
  return [
    { from: { path: below(folder) }, to: { path: anyOf([folder, ...whole]) } },
    ...types.map(type => ({
      from: { path: below(folder) },
      to: { path: below(type), dependencyTypes: ['type-only', 'type-import'] },
    })),
  ];
}

function importersOf([name, allowed]) {
  const module = name.startsWith('node:') ? `^(node:)?${escape(name.slice(5))}$` : `node_modules/${escape(name)}/`;
  return { from: { path: anyOf(allowed) }, to: { path: module } };
}

/** Node's own modules without those that are drivers, or call other servers: that is for outbound/ alone. */
const freeCore = { dependencyTypes: ['core'], pathNot: '^(node:)?(sqlite|https|http2|tls|dns)$' };

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dead-module',
      severity: 'error',
      comment: 'What only tests reach is not part of the program.',
      from: { path: entries },
      to: { path: '^src/', pathNot: entries, reachable: false },
    },
    {
      name: 'tests-stay-tests',
      severity: 'error',
      comment: 'What ships imports neither tests nor benchmarks nor packages that are not installed with it.',
      from: { path: '^src/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'unit-tests-stay-fast',
      severity: 'error',
      comment:
        'Unit tests start no process, no MongoDB and no browser: what needs one belongs to another folder of test/.',
      from: { path: `^test/(${unitFolders.join('|')})/` },
      to: { path: '^(node:)?child_process$|^test/fixtures/child-server[.]ts$|playwright-core' },
    },
  ],
  allowed: [
    ...Object.entries(folders).flatMap(importsOf),
    ...Object.entries(packages).map(importersOf),
    { from: { path: '^src/' }, to: freeCore },
    // A store's adapters and compositions know the port, not each other.
    { from: { path: '^src/store/port\\.ts$' }, to: { path: '^src/(fhir/|search/query\\.ts$)' } },
    { from: { path: '^src/store/change-set\\.ts$' }, to: { path: '^src/store/port\\.ts$' } },
    { from: { path: '^src/store/([^/]+)/' }, to: { path: '^src/(store/$1/|store/port\\.ts$|search/|fhir/|runtime/)' } },
    { from: { path: '^(test|bench)/' }, to: {} },
  ],
  allowedSeverity: 'error',
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
