/** The part of docs/configuration.md about settings that are changed while the portal runs, made of their table. */
import { settings } from './settings.table.js';
import type { Setting } from './setting.js';

const intro = `## The portal's configuration, while it runs

The settings below are changed while the portal runs, without touching the installation. They stand in one resource, \`Basic/portal-configuration\` on the
portal endpoint (profile \`portal-configuration\`), which staff with the role \`configuration-manager\` and systems with a scope for \`Basic\` read, update
and patch, with If-Match where they will. A change binds the next request in every process; the audit names what it changed. A wrong value is
refused with its FHIRPath, and nothing changes. \`Basic/portal-configuration/_history\` holds all versions. Texts in other words or languages are
added beside it: [Languages](languages.md).

\`\`\`
PATCH /fhir/portal/Basic/portal-configuration
Content-Type: application/fhir+json

{"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
  {"name": "type", "valueCode": "replace"},
  {"name": "path", "valueString": "Basic.extension.extension.where(url = 'questions-billing').value"},
  {"name": "value", "valueBoolean": false}]}]}
\`\`\`

| setting | value | default | what it does |
| --- | --- | --- | --- |
`;

/** In Markdown. */
export function portalConfigurationSection(): string {
  const rows = Object.entries<Setting>(settings).map(([name, { type, repeats, fallback, about }]) => {
    const value = repeats ? `${type}, several` : type;
    return `| \`${name}\` | ${value} | ${fallback === undefined ? 'none' : [fallback].flat().join(', ')} | ${about} |`;
  });
  return `${intro}${rows.join('\n')}\n`;
}
