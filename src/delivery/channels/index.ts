/** The channels that are set up, in the order of preference: where several lead to a person, a notice goes by the first. */
import type { Config } from '../../config/config.js';
import type { SmsGatewayConfig } from '../../config/sms-gateway.js';
import { defined } from '../../fhir/defined.js';
import type { Channel } from './channel.js';
import { createEmailChannel } from './email.js';
import { createEmlFolder } from './eml-folder.js';
import type { Gateway } from './gateway.js';
import { createHttpGateway } from './http-gateway.js';
import { createSmsChannel, type SmsParts } from './sms.js';
import { createSmsFolder } from './sms-folder.js';
import { createTwilio } from './twilio.js';

export interface Channels {
  channels: readonly Channel[];
  /** Of text messages, where one is set up. */
  gateway: Gateway | undefined;
}

type ChannelConfig = Pick<Config, 'mail' | 'sms' | 'demo' | 'url'>;

/** Throws Error with a readable message where a template of a gateway is wrong. */
export function openChannels(config: ChannelConfig, parts: Pick<SmsParts, 'outbound' | 'records' | 'clock'>): Channels {
  const { mail, sms, demo, url } = config;
  const gateway = sms.gateway && gatewayOf(sms.gateway);
  if (gateway) {
    const texts = createSmsChannel({ ...parts, gateway, callback: `${url}${STATUS_PATH}` });
    return { gateway, channels: [email(mail), texts] };
  }
  return { gateway, channels: demo ? [email(mail), createSmsFolder(sms.folder)] : [email(mail)] };
}

/** Where a gateway tells what became of a message. */
export const STATUS_PATH = '/hooks/sms/status';

/** Over SMTP, or to a folder where no mail server is named. */
function email({ smtpUrl, folder, from, requireTls, dkim }: Config['mail']): Channel {
  if (smtpUrl === undefined) return createEmlFolder({ folder, from });
  return createEmailChannel({ url: smtpUrl, from, requireTls, ...defined({ dkim }) });
}

function gatewayOf(config: SmsGatewayConfig): Gateway {
  if (config.kind === 'twilio') return createTwilio(config);
  try {
    return createHttpGateway(config);
  } catch (error) {
    throw new Error(`PORTICO_SMS has a template that does not work: ${(error as Error).message}`, { cause: error });
  }
}
