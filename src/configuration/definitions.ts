/** The definitions of the configuration resource, made of the table of settings: `npm run docs` writes them to profiles/. */
import { FILE_BASE } from '../fhir/own-canonicals.js';
import type { JsonObject } from '../fhir/resource.js';
import { SETTINGS } from './resource.js';
import { settings } from './settings.table.js';
import type { Setting } from './setting.js';

const structure = (name: string): string => `${FILE_BASE}/StructureDefinition/${name}`;
const BY_URL = { discriminator: [{ type: 'value', path: 'url' }] };

/** The extension that holds all settings. A name that no setting has is refused. */
export function settingsExtension(): JsonObject {
  const slices = Object.entries<Setting>(settings).flatMap(([name, setting]) => sliceOf(name, setting));
  return {
    ...head('complex-type', SETTINGS, 'Extension', 'PorticoPortalSettings', 'Settings of the portal'),
    description: 'The settings of the portal that administrators change while it runs, each by its name.',
    context: [{ type: 'element', expression: 'Basic' }],
    differential: {
      element: [
        { id: 'Extension', path: 'Extension', short: 'Settings of the portal', min: 0, max: '1' },
        { id: 'Extension.extension', path: 'Extension.extension', slicing: { ...BY_URL, rules: 'closed' } },
        ...slices,
        { id: 'Extension.url', path: 'Extension.url', fixedUri: structure(SETTINGS) },
        { id: 'Extension.value[x]', path: 'Extension.value[x]', max: '0' },
      ],
    },
  };
}

function sliceOf(name: string, { type, repeats, about }: Setting): JsonObject[] {
  const id = `Extension.extension:${name}`;
  const path = 'Extension.extension';
  return [
    { id, path, sliceName: name, short: about, min: 0, max: repeats ? '*' : '1', mustSupport: true },
    { id: `${id}.extension`, path: `${path}.extension`, max: '0' },
    { id: `${id}.url`, path: `${path}.url`, fixedUri: name },
    { id: `${id}.value[x]`, path: `${path}.value[x]`, min: 1, type: [{ code: type }] },
  ];
}

/** The profile of the resource. */
export function configurationProfile(): JsonObject {
  const code = { coding: [{ system: `${FILE_BASE}/CodeSystem/basic-type`, code: 'portal-configuration' }] };
  return {
    ...head('resource', 'portal-configuration', 'Basic', 'PorticoPortalConfiguration', 'Configuration of the portal'),
    description:
      'How the portal is named, worded and switched. There is one on a server; each change binds the next request.',
    differential: {
      element: [
        {
          ...{ id: 'Basic.extension', path: 'Basic.extension' },
          slicing: { ...BY_URL, ordered: false, rules: 'open' },
        },
        {
          ...{ id: 'Basic.extension:settings', path: 'Basic.extension', sliceName: 'settings', min: 0, max: '1' },
          mustSupport: true,
          type: [{ code: 'Extension', profile: [structure(SETTINGS)] }],
        },
        { id: 'Basic.code', path: 'Basic.code', patternCodeableConcept: code, mustSupport: true },
        { id: 'Basic.subject', path: 'Basic.subject', max: '0' },
      ],
    },
  };
}

function head(kind: string, name: string, type: string, computable: string, title: string): JsonObject {
  return {
    resourceType: 'StructureDefinition',
    id: name,
    url: structure(name),
    version: '0.1.0',
    name: computable,
    title,
    status: 'active',
    experimental: false,
    date: '2026-11-29',
    publisher: 'Portico',
    fhirVersion: '4.0.1',
    kind,
    abstract: false,
    type,
    baseDefinition: `http://hl7.org/fhir/StructureDefinition/${type}`,
    derivation: 'constraint',
  };
}
