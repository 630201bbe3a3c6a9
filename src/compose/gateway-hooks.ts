/** The routes by which the gateway of text messages calls, where there is one. */
import type { Gateway } from '../delivery/channels/gateway.js';
import { createGatewayHooks } from '../delivery/gateway-hooks.js';
import { gatewayHooks } from '../http/gateway-hooks.js';
import { commitOwn, type OwnStepParts } from '../writing/own-step.js';
import { endpointThat } from './model.js';
import { serverReader, type ServerReaderParts } from './server-reader.js';

export interface HookParts extends ServerReaderParts {
  gateway: Gateway | undefined;
  /** How resources are written. */
  handling: OwnStepParts;
}

export function createHookRoutes(parts: HookParts): ReturnType<typeof gatewayHooks>[] {
  const { gateway, config, stores, model, world, handling } = parts;
  if (!gateway) return [];
  const portal = endpointThat(model, 'workflows');
  const receive = createGatewayHooks({
    ...stores,
    ...world,
    gateway,
    people: serverReader(parts),
    commit: (stepOf, reason) => commitOwn(stepOf, reason, handling, portal),
  });
  return [gatewayHooks(config.url, receive)];
}
