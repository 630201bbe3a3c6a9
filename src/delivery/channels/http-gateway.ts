/** A gateway that takes text messages by an HTTP request of its own form: PORTICO_SMS describes it (docs/text-messages.md). */
import type { HttpGatewayConfig } from '../../config/sms-gateway.js';
import { defined } from '../../fhir/defined.js';
import { createCallbackReader } from './gateway-callback.js';
import { fieldsTemplate, textTemplate, treeTemplate, type Scope } from './gateway-templates.js';
import { verdictOf, type Gateway, type TextMessage } from './gateway.js';

type Test = HttpGatewayConfig['success'];

/** Throws where a template does not parse, or names what a message does not have. */
export function createHttpGateway(config: HttpGatewayConfig): Gateway {
  const gateway = gatewayOf(config);
  gateway.request(SAMPLE);
  return gateway;
}

const SAMPLE: TextMessage = {
  ...{ id: '1', to: '+15555550100', text: 'x', encoding: 'gsm7', segments: 1, callback: 'https://portal.example.org' },
};

function gatewayOf(config: HttpGatewayConfig): Gateway {
  const query = fieldsTemplate(config.query);
  const headers = fieldsTemplate(config.headers);
  const body = bodyTemplate(config);
  const succeeded = answerTest(config.success, status => status >= 200 && status < 300);
  const passing = config.retry && answerTest(config.retry, () => true);
  const reference = textTemplate(config.reference ?? '');
  const event = config.callback ? createCallbackReader(config.callback) : () => undefined;
  return {
    request(message) {
      const scope = scopeOf(message, config);
      const url = new URL(config.url);
      for (const [name, value] of Object.entries(query(scope))) url.searchParams.append(name, value);
      const { type, content } = body(scope);
      const typed = { ...defined({ 'content-type': type }), ...lowercase(headers(scope)) };
      return { url: url.href, init: { method: config.method, headers: typed, ...defined({ body: content }) } };
    },
    verdict(status, text) {
      const scope = { answer: parsed(text) };
      if (succeeded(status, scope)) {
        const given = reference(scope);
        return { kind: 'sent', ...defined({ reference: given === '' ? undefined : given }) };
      }
      if (passing?.(status, scope) === true) return { kind: 'retry', reason: `HTTP ${status}` };
      const general = verdictOf(status);
      return general.kind === 'sent' ? { kind: 'failed', reason: 'refused by the gateway' } : general;
    },
    event,
  };
}

const scopeOf = (message: TextMessage, { from = '' }: HttpGatewayConfig): Scope => ({ ...message, from });

const lowercase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

function bodyTemplate({ json, form, text }: HttpGatewayConfig): (scope: Scope) => { type?: string; content?: string } {
  if (json !== undefined) {
    const tree = treeTemplate(json);
    return scope => ({ type: 'application/json', content: JSON.stringify(tree(scope)) });
  }
  if (form) {
    const fields = fieldsTemplate(form);
    const type = 'application/x-www-form-urlencoded';
    return scope => ({ type, content: new URLSearchParams(fields(scope)).toString() });
  }
  if (text === undefined) return () => ({});
  const whole = textTemplate(text, { strict: true });
  return scope => ({ type: 'text/plain; charset=utf-8', content: whole(scope) });
}

function answerTest(
  { status: statuses, value, is }: Test,
  usual: (status: number) => boolean,
): (status: number, scope: Scope) => boolean {
  const told = value === undefined ? undefined : textTemplate(value);
  return (status, scope) => {
    if (!(statuses?.includes(status) ?? usual(status))) return false;
    const found = told?.(scope);
    return found === undefined || (is?.includes(found) ?? found !== '');
  };
}

/** JSON, or the text where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
