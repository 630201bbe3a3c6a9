/** From what a person chose to a grant: its scopes, its patient, its launch context. */
import type { Actor } from '../../access/actor.js';
import { mayEver } from '../../access/policy.js';
import { parseScope } from '../../access/scope.js';
import { defined } from '../../fhir/defined.js';
import { newSecret } from '../../fhir/secret.js';
import type { PatientChoice } from '../../pages/consent.js';
import type { Form, InteractionParts, InteractionPeople, Launches, Present, Visit } from './interaction-parts.js';
import type { Launch } from '../../portal/launch.js';
import type { GrantDetails, LaunchContext } from './grants.js';
import { granted, type Offer } from './offer.js';
import { fixedScopes } from './scopes.table.js';

type Params = Readonly<Record<string, unknown>>;

/** The launch that an app was opened with; `refused` where it is not this person's, this app's, or none (any more). */
export async function launchOf(
  params: Params,
  { who, actor }: Present,
  find: Launches['find'],
): Promise<Launch | 'refused' | undefined> {
  const handle = params['launch'];
  const asked = String(params['scope'] ?? '').split(' ');
  if (typeof handle !== 'string') return undefined;
  const launch = asked.includes('launch') ? await find(handle) : undefined;
  if (!launch) return 'refused';
  const { user = who.account, client, context } = launch;
  const reached = actor.kind === 'staff' ? mayEver(actor, 'Patient', 'r') : actor.patients.includes(context.patient);
  return user === who.account && client === params['client_id'] && reached ? launch : 'refused';
}

export function refuseLaunch({ provider, request, response }: Visit): Promise<void> {
  const result = {
    error: 'invalid_request',
    error_description: 'the launch is unknown, used or not for this person and app',
  };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

/** Scopes of a patient's record need one to be chosen. */
const needsPatient = ({ fixed, lines }: Offer): boolean =>
  fixed.includes('launch/patient') || lines.some(({ scope }) => parseScope(scope)?.context === 'patient');

/** The records to choose from; undefined where the app needs none. */
export async function patientsFor(
  offer: Offer,
  actor: Actor,
  launch: Launch | undefined,
  find: string | undefined,
  people: InteractionPeople,
): Promise<PatientChoice[] | undefined> {
  const given = launch?.context.patient;
  if (given === undefined && !needsPatient(offer)) return undefined;
  if (given === undefined && actor.kind === 'staff') return find === undefined ? [] : people.findPatients(actor, find);
  const found = await Promise.all((given === undefined ? actor.patients : [given]).map(id => people.patient(id)));
  return found.flatMap(one => one ?? []);
}

/** The patient of the form, where the person may choose it. */
async function chosenPatient(form: Form, { actor }: Present, people: InteractionPeople): Promise<string | undefined> {
  const id = form['patient'];
  if (typeof id !== 'string') return undefined;
  const reached = actor.kind === 'staff' ? mayEver(actor, 'Patient', 'r') : actor.patients.includes(id);
  return reached ? (await people.patient(id))?.id : undefined;
}

export async function finishGranted(
  visit: Visit,
  form: Form,
  present: Present,
  offer: Offer,
  parts: InteractionParts,
): Promise<void> {
  const { provider, request, response, interaction } = visit;
  const scope = granted(offer, new Set([form['scope'] ?? []].flat().map(String)));
  const launch = await launchOf(interaction.params, present, parts.launches.find);
  if (launch === 'refused') return refuseLaunch(visit);
  const patient = launch?.context.patient ?? (await chosenPatient(form, present, parts.people));
  if (scope === '' || (patient === undefined && needsPatient(offer))) {
    const result = { error: 'access_denied', error_description: 'nothing was granted' };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
  if (launch && !(await parts.launches.take(String(interaction.params['launch'])))) return refuseLaunch(visit);
  const context = { ...parts.everyLaunch, ...launch?.context, ...defined({ patient }) };
  const words = withoutEmptyLaunches(scope, launch?.context);
  const grantId = await makeGrant(visit, words, present, context, parts);
  // What was granted takes the place of what was asked for: codes and tokens are issued for that.
  interaction.params = { ...interaction.params, scope: words };
  await interaction.persist();
  const { account, authTime, amr } = present.who;
  const login = { accountId: account, ts: Math.floor(authTime / 1000), amr: [...amr], remember: false };
  await provider.interactionFinished(
    request,
    response,
    { login, consent: { grantId } },
    { mergeWithLastSubmission: false },
  );
}

/** A launch without an encounter, or without a launch, grants no scope for one. */
const withoutEmptyLaunches = (scope: string, context: LaunchContext | undefined): string =>
  scope
    .split(' ')
    .filter(
      word =>
        (word !== 'launch' || context !== undefined) &&
        (word !== 'launch/encounter' || context?.encounter !== undefined),
    )
    .join(' ');

/** Who let which app see whose record, and what of it. */
function audited(
  { account, client, scope, context }: GrantDetails,
  { audit, clock, ids }: InteractionParts,
): Promise<void> {
  const { patient } = context;
  return audit.append({
    ...{ at: clock.now(), request: ids.next(), actor: account, client, action: 'grant', status: 200 },
    target: patient === undefined ? '' : `Patient/${patient}`,
    patients: patient === undefined ? [] : [patient],
    details: [{ name: 'scope', before: '', after: scope }],
  });
}

/** Always a new grant: its launch context would change under the tokens of an older one. */
async function makeGrant(
  { provider, interaction }: Visit,
  scope: string,
  { who, actor }: Present,
  context: LaunchContext,
  parts: InteractionParts,
): Promise<string> {
  const grant = new provider.Grant({ accountId: who.account, clientId: String(interaction.params['client_id']) });
  grant.jti = newSecret(parts.random);
  const words = scope.split(' ');
  grant.addOIDCScope(words.filter(word => (fixedScopes as readonly string[]).includes(word)));
  grant.addResourceScope(provider.issuer, words);
  const fhirUser = await parts.people.fhirUserFor(actor, context.patient);
  const { account, session } = who;
  const client = grant.clientId ?? '';
  const details = { account, client, scope, context, fhirUser, at: parts.clock.now(), ...defined({ session }) };
  await parts.grants.write(grant.jti, details);
  await audited(details, parts);
  return grant.save();
}
