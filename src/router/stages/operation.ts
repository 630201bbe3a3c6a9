/** Declared operations and their code, put together once: level, method, input and output are checked here. */
import type { Definitions } from '../../definitions/definitions.js';
import type { Route } from '../../definitions/endpoint.js';
import { Fault, type Issue } from '../../fhir/fault.js';
import { faultResponse } from '../../fhir/outcome.js';
import { parametersOf, type FhirRequest } from '../../fhir/request.js';
import type { Resource } from '../../fhir/resource.js';
import type { FhirResponse } from '../../fhir/response.js';
import type { Context, Handler, Operation, OperationResult, Values } from '../../service.js';
import type { Validator } from '../../validate/validator.js';
import { withoutResources } from '../../fhir/parameters.js';
import { declaredParameters, type ParameterDefinition } from './parameter-definition.js';
import { readParameters } from './read-parameters.js';
import { writeParameters } from './write-parameters.js';
import { defined } from '../../fhir/defined.js';

interface Compiled {
  definition: Resource;
  readOnly: boolean;
  operation: Operation;
  in: ParameterDefinition[];
  out: ParameterDefinition[];
}

export interface OperationTable {
  /** Checks level, method and input. Fault `not-supported` or `invalid`. */
  read(route: Route, request: FhirRequest, body: Resource | undefined): Values;
  /** Runs the operation and checks its output. */
  run(values: Values, context: Context): ReturnType<Handler>;
}

/** Definitions resolve lazily: an operation is compiled when it is first called. */
export function createOperationTable(
  operations: readonly Operation[],
  definitions: Definitions,
  validator: Validator,
): OperationTable {
  const known = new Map(operations.map(one => [one.definition, one]));
  const compiled = new Map<string, Compiled>();
  const of = (route: Route): Compiled => {
    const url = route.operation?.definition ?? '';
    const one = compiled.get(url) ?? compile(url, known.get(url), definitions);
    compiled.set(url, one);
    return one;
  };
  return {
    read(route, request, body) {
      const operation = of(route);
      checkCall(operation, route, request);
      // What a parameter's resource may be depends on the parameter.
      if (body?.resourceType === 'Parameters') validator.assertShape(withoutResources(body));
      return readParameters(operation.in, body, parametersOf(request), { definitions, validator });
    },
    async run(values, context) {
      const compiled = of(context.route);
      const result = await compiled.operation.handler(values, context);
      const { changes, asSystem } = result;
      const response = answerOf(compiled, result, validator);
      const headers = { ...warningHeader(context.warnings), ...response.headers };
      return { response: { ...response, headers }, ...defined({ changes, asSystem }) };
    },
  };
}

function answerOf({ out }: Compiled, result: OperationResult, validator: Validator): FhirResponse {
  if ('fault' in result) return faultResponse(result.fault);
  const { status = 200, headers = {}, output, content } = result;
  if (content) return { status, headers, body: { kind: 'bytes', ...content } };
  return { status, headers, body: { kind: 'resource', resource: writeParameters(out, output, validator) } };
}

/** Warnings stand in a header: the body is what the operation declares. https://www.rfc-editor.org/rfc/rfc7234#section-5.5 */
function warningHeader(warnings: readonly Issue[]): Record<string, string> {
  const texts = new Set(warnings.map(({ diagnostics }) => `199 - ${JSON.stringify(diagnostics)}`));
  return texts.size === 0 ? {} : { warning: [...texts].join(', ') };
}

function compile(url: string, operation: Operation | undefined, definitions: Definitions): Compiled {
  const definition = definitions.operation(url);
  if (!definition || !operation) throw new Error(`operation ${url} has no definition or no handler`);
  return {
    definition,
    readOnly: operation.readOnly ?? definition['affectsState'] === false,
    operation,
    in: declaredParameters(definition, 'in'),
    out: declaredParameters(definition, 'out'),
  };
}

/** https://hl7.org/fhir/R4/operations.html#executing: GET only without effects and with primitive parameters alone. */
function checkCall({ definition, readOnly, in: input }: Compiled, route: Route, request: FhirRequest): void {
  const level = route.operation?.level ?? 'system';
  if (definition[level] !== true) {
    throw new Fault('not-supported', `$${route.operation?.name ?? ''} is not offered at the ${level} level.`);
  }
  if (request.method === 'POST') return;
  const complex = input.find(one => /^[A-Z]/.test(one.type) && one.min > 0);
  const readable = readOnly && !complex;
  if (readable && (request.method === 'GET' || request.method === 'HEAD')) return;
  const why = readOnly && complex ? `: ${complex.name} is not a simple value` : '';
  throw new Fault('not-supported', `Call this operation by POST${why}.`, {
    headers: { allow: readable ? 'GET, HEAD, POST' : 'POST' },
  });
}
