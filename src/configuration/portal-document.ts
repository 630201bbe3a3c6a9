/**
 * `/.well-known/portal-configuration`: what the portal's applications, and visitors without a token, may know of it. It is made
 * again where the configuration or an application's Endpoint has changed.
 */
import { createHash } from 'node:crypto';
import type { Endpoint } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import type { JsonObject } from '../fhir/resource.js';
import type { CurrentConfiguration } from './current.js';
import { iconOf } from './icon.js';
import { settings, type Configuration, type SwitchName } from './settings.table.js';
import type { Setting } from './setting.js';

export interface PortalDocument {
  readonly text: string;
  /** A strong entity tag, with its quotes. */
  readonly etag: string;
}

/** @param applications the active Endpoints of the portal's applications */
export function createPortalDocument(
  configuration: CurrentConfiguration,
  applications: () => Promise<readonly Endpoint[]>,
): () => Promise<PortalDocument> {
  let known: { of: Configuration; document: PortalDocument } | undefined;
  return async () => {
    const of = await configuration();
    if (known?.of === of) return known.document;
    const text = JSON.stringify(contentOf(of, await applications()));
    const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
    known = { of, document: { text, etag } };
    return known.document;
  };
}

/** A data URL, by the icon's content. */
function iconIn({ icon }: Configuration): string | undefined {
  const found = icon && iconOf(icon);
  return found && `data:${found.type};base64,${found.bytes.toString('base64')}`;
}

/** What an app may open: an address of another scheme could run something. */
const isWebAddress = ({ address }: Endpoint): boolean =>
  URL.canParse(address) && ['https:', 'http:'].includes(new URL(address).protocol);

/** `credentials`: whose they are with which people sign in. */
function contentOf(configuration: Configuration, applications: readonly Endpoint[]): JsonObject {
  const shown = Object.entries<Setting>(settings).filter(([, { audience }]) => audience === 'everybody');
  const features = shown.filter(([, { type }]) => type === 'boolean');
  return {
    organization: defined({
      title: configuration['organization-title'],
      telephone: configuration['help-telephone'],
      help: configuration['help-page'],
      address: configuration['postal-address'],
    }),
    application: defined({ title: configuration['application-title'] }),
    palette: { accent: configuration['accent-color'], paper: configuration['paper-color'] },
    ...defined({ icon: iconIn(configuration) }),
    languages: [...configuration.language],
    defaultLanguage: configuration['default-language'],
    timeZone: configuration['time-zone'],
    features: Object.fromEntries(features.map(([name]) => [name, configuration[name as SwitchName]])),
    applications: applications.filter(isWebAddress).map(({ id, name, address }) => defined({ id, name, address })),
    credentials: configuration['credential-model'],
  };
}
