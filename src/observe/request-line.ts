/** A request's address with placeholders for all a caller chose: what may stand in logs, metrics and traces. */
import type { Context } from '../service.js';

/** `/fhir/portal/Patient/:id/_history/:version`; '(none)' below the endpoint where no route was found. */
export function routePattern(endpoint: { path: string }, route: Context['route'] | undefined): string {
  return `${endpoint.path}${route ? below(route) : '/(none)'}`;
}

function below({ interaction, type, id, compartment, operation }: Context['route']): string {
  if (interaction === 'capabilities') return '/metadata';
  if (compartment) return `/${compartment.type}/:id/${type ?? '*'}`;
  let path = type === undefined ? '' : `/${type}`;
  if (id !== undefined) path += '/:id';
  if (interaction === 'vread') return `${path}/_history/:version`;
  if (interaction.startsWith('history')) return `${path}/_history`;
  return operation ? `${path}/$${operation.name}` : path;
}
