/**
 * The validator: shape, base rules, profiles, in this order; the later layers run where the earlier found nothing that they
 * could stumble over. One instance serves the process.
 */
import type { Definitions } from '../definitions/definitions.js';
import { Fault, type Issue } from '../fhir/fault.js';
import type { Resource } from '../fhir/resource.js';
import { Steps } from '../fhir/steps.js';
import { bundled } from './bundle.js';
import { compileTypes } from './compile-type.js';
import { containedIn } from './contained.js';
import { profileCheck } from './profile/check.js';
import { Report, root } from './report.js';
import type { CheckContext } from './check-context.js';
import { shapeCheck } from './shape.js';
import { walkResource, type Walk } from './walk.js';
import { withNumbers } from './with-numbers.js';

export interface ValidateOptions {
  /** Canonical URLs to hold the resource against, beside those in its meta.profile. */
  profiles?: readonly string[];
  /** Where profiles and terminology are looked up; by default the server's own. The types are always those. */
  definitions?: Definitions;
}

export interface Validator {
  /** All issues of a resource under base rules, its meta.profile and the profiles named. Errors carry FHIRPath expressions. */
  validate(resource: Resource, options?: ValidateOptions): Issue[];
  /** Throws Fault `invalid` or `unprocessable` with all issues if there is an error among them. */
  assertValid(resource: Resource, options?: ValidateOptions): void;
  /** The same for a resource that `assertShape` has let pass: its shape is not looked at again. */
  assertRules(resource: Resource, options?: ValidateOptions): void;
  /** Throws Fault `invalid` where the JSON has not the shape of its types; code may take it for what its types say after that. */
  assertShape(resource: Resource): void;
  /** What is wrong with the shape alone; [] if nothing is. */
  shapeIssues(resource: Resource): Issue[];
}

/** @param options.root the project's folder, with dist/generated in it */
export function createValidator(own: Definitions, options: { root: string }): Validator {
  const checkShape = shapeCheck(options.root, own);
  const profiles = profileCheck();
  const walk: Walk = {
    types: compileTypes(own),
    onProfiled: profiles.checkProfile,
    onExtension: profiles.checkExtension,
    onResource: profiles.checkDeclared,
  };
  const run = (resource: Resource, options: ValidateOptions): Report => {
    const report = new Report();
    checkShape(resource, report);
    if (report.shape.length === 0) checkRules(resource, options, report);
    return report;
  };
  const checkRules = (
    resource: Resource,
    { profiles: named = [], definitions = own }: ValidateOptions,
    report: Report,
  ): void => {
    const plain = withNumbers(resource) as Resource;
    const at = root(plain.resourceType);
    const scope: CheckContext = {
      definitions,
      report,
      resource: plain,
      at,
      container: plain,
      contained: containedIn(plain),
      bundle: plain.resourceType === 'Bundle' ? bundled(plain) : undefined,
      met: new WeakMap(),
      steps: new Steps(),
    };
    walkResource(plain, walk, scope, at);
    for (const canonical of named) profiles.checkProfile(plain, canonical, scope, at);
  };
  const shapeIssues = (resource: Resource): Issue[] => {
    const report = new Report();
    checkShape(resource, report);
    return report.shape;
  };
  return {
    shapeIssues,
    validate: (resource, options = {}) => run(resource, options).issues,
    assertValid: (resource, options = {}) => {
      refuseFailed(run(resource, options));
    },
    assertRules(resource, options = {}) {
      const report = new Report();
      checkRules(resource, options, report);
      refuseFailed(report);
    },
    assertShape(resource) {
      const issues = shapeIssues(resource);
      if (issues.length === 0) return;
      throw new Fault('invalid', 'The resource does not have the shape of its type.', { issues });
    },
  };
}

function refuseFailed({ failed, shape, issues }: Report): void {
  if (!failed) return;
  throw new Fault(shape.length > 0 ? 'invalid' : 'unprocessable', 'The resource is not valid.', { issues });
}
