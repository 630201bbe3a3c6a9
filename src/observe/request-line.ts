/** A request's address with placeholders for all a caller chose: what may stand in logs, metrics and traces. */
import type { Context } from '../service.js';

/** `/fhir/portal/Patient/:id/_history/:version`; '(none)' below the endpoint where no route was found. */
export function routePattern(endpoint: { path: string }, route: Context['route'] | undefined): string {
  return [endpoint.path, ...(route ? segments(route) : ['(none)'])].join('/');
}

function segments(route: Context['route']): string[] {
  const { interaction, type, compartment, operation } = route;
  if (interaction === 'capabilities') return ['metadata'];
  if (compartment) return [compartment.type, ':id', type ?? '*'];
  return [
    ...(type === undefined ? [] : [type]),
    ...(route.id === undefined ? [] : [':id']),
    ...(interaction.startsWith('history') || interaction === 'vread' ? ['_history'] : []),
    ...(interaction === 'vread' ? [':version'] : []),
    ...(operation ? [`$${operation.name}`] : []),
  ];
}
