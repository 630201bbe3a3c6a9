/** What `npm start` prints: addresses, and a first call to copy. */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Config } from './config/config.js';
import type { Endpoint } from './definitions/endpoint.js';
import { projectRoot } from './project-root.js';

/** The image holds what runs and nothing to build it with. The host's name there is that of the container. */
const isImage = (): boolean => !existsSync(join(projectRoot(), 'tools/build.mjs'));

function textsGoTo({ sms, demo }: Config): string {
  if (sms.gateway) return 'the gateway of PORTICO_SMS';
  return demo ? sms.folder : 'nowhere: PORTICO_SMS names no gateway';
}

export function greeting(config: Config, endpoints: readonly Endpoint[], inContainer: boolean = isImage()): string {
  const { url, mail, demo, dataFolder } = config;
  const lines = [
    `Portico answers at ${url}`,
    ...endpoints.map(({ url: base }) => `  FHIR R4        ${base}`),
    `  Landing page   ${url}/`,
    `  E-mails go to  ${mail.smtpUrl === undefined ? mail.folder : 'the mail server of PORTICO_SMTP_URL'}`,
    `  Text messages  ${textsGoTo(config)}`,
    `  Virus scan     ${config.clamd ? 'the clamd of PORTICO_CLAMD' : 'none: PORTICO_CLAMD names no scanner'}`,
  ];
  if (!demo) return `${lines.join('\n')}\n`;
  const token = inContainer
    ? `docker exec ${hostname()} node dist/src/commands/token.js demo-system`
    : `PORTICO_DATA='${dataFolder}' npm run --silent --prefix '${projectRoot()}' token -- demo-system`;
  const call = `curl -H "Authorization: Bearer $(${token})" '${url}/fhir/portal/Patient?_count=3&_pretty=true'`;
  return `${[...lines, '', 'A first call, to copy:', `  ${call}`].join('\n')}\n`;
}
