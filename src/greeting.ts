/** What `npm start` prints: addresses, and a first call to copy. */
import type { Config } from './config/config.js';
import type { Endpoint } from './definitions/endpoint.js';
import { projectRoot } from './project-root.js';

export function greeting(config: Config, endpoints: readonly Endpoint[]): string {
  const { url, mail, demo, dataFolder } = config;
  const lines = [
    `Portico answers at ${url}`,
    ...endpoints.map(({ url: base }) => `  FHIR R4        ${base}`),
    `  Landing page   ${url}/`,
    `  E-mails go to  ${mail.smtpUrl === undefined ? mail.folder : 'the mail server of PORTICO_SMTP_URL'}`,
  ];
  if (!demo) return `${lines.join('\n')}\n`;
  const token = `PORTICO_DATA='${dataFolder}' npm run --silent --prefix '${projectRoot()}' token -- demo-system`;
  const call = `curl -H "Authorization: Bearer $(${token})" '${url}/fhir/portal/Patient?_count=3&_pretty=true'`;
  return `${[...lines, '', 'A first call, to copy:', `  ${call}`].join('\n')}\n`;
}
