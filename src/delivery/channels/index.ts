/** The channels that are set up, in the order of preference: where several lead to a person, a notice goes by the first. */
import type { Config } from '../../config/config.js';
import type { Channel } from './channel.js';
import { createEmailChannel } from './email.js';
import { createEmlFolder } from './eml-folder.js';

export function openChannels({ mail }: Pick<Config, 'mail'>): Channel[] {
  return [email(mail)];
}

/** Over SMTP, or to a folder where no mail server is named. */
function email({ smtpUrl, folder, from }: Config['mail']): Channel {
  return smtpUrl === undefined ? createEmlFolder({ folder, from }) : createEmailChannel({ url: smtpUrl, from });
}
