/** RelatedPerson/$link-proxy: a person acts for a patient, by the rules of the deployment model. Calling it again changes nothing. */
import { defined } from '../../fhir/defined.js';
import { isProxyBasis, proxyBases, proxyFunctions } from '../../fhir/proxy-basis.table.js';
import { DAY } from '../../portal/days-parameter.js';
import { linkProxy, refuseFunctions, type LinkOrder } from '../../portal/proxy-link.js';
import { proxyRules } from '../../portal/proxy-parties.js';
import type { HandlerParts, Operation, PortalSettings } from '../../service.js';
import { localTo, unknownCode } from '../input-values.js';
import { definitionOf } from '../operation-of.js';
import type { LinkProxyInput, LinkProxyOutput } from '../types.js';
import { workflowOperation, type Call, type Outcome, type WorkflowParts } from '../workflow-operation.js';

export interface LinkProxyParts extends WorkflowParts {
  readonly portal: PortalSettings;
  readonly configuration: HandlerParts['configuration'];
}

export const createLinkProxy = (parts: LinkProxyParts): Operation<LinkProxyInput, LinkProxyOutput> =>
  workflowOperation(
    {
      definition: definitionOf('RelatedPerson', 'link-proxy'),
      reason: 'proxy: accounts and relations of both',
      run: call => link(call, parts),
    },
    parts,
  );

async function link(call: Call<LinkProxyInput>, parts: LinkProxyParts): Promise<Outcome<LinkProxyOutput>> {
  const ages = await parts.configuration();
  const { activatesAccounts: activates, invitationDays, portalUrl } = parts.portal;
  const enrollment = { activates, differs: false, lasts: invitationDays * DAY, portalUrl };
  // A trusted system links members that there are, and makes no account.
  const rules = proxyRules(ages, call.context.actor.kind === 'staff', enrollment);
  const outcome = await linkProxy(orderOf(call), { rules, ages, reader: call.all, world: parts });
  if ('fault' in outcome) return outcome;
  const { relation, isNew, step } = outcome;
  if (!isNew) return { output: { return: relation } };
  return { step, returns: { type: 'RelatedPerson', id: relation.id, created: true }, output: {} };
}

function orderOf({ input, context }: Call<LinkProxyInput>): LinkOrder {
  const { basis, period, relationship, function: functions = [] } = input;
  if (basis !== undefined && !isProxyBasis(basis)) throw unknownCode('basis', Object.keys(proxyBases));
  if (functions.some(name => !proxyFunctions.includes(name))) throw unknownCode('function', proxyFunctions);
  refuseFunctions(functions, basis);
  const named = localTo(context);
  const sides = { principal: named(input.principal), proxy: named(input.proxy) };
  return { ...sides, relationship, functions, ...defined({ basis, period }) };
}
