/**
 * The pages between an app's request and its answer: who is it, and what do they grant? Nothing is changed by opening one.
 * https://github.com/panva/node-oidc-provider/blob/main/docs/README.md#user-flows
 */
import { createHmac } from 'node:crypto';
import express, { type Request, type Response, type Router } from 'express';
import type { Interaction } from 'oidc-provider';
import { asGrantor } from '../../access/tethered.js';
import { TETHERED } from './client-metadata.js';
import { finishGranted, launchOf, patientsFor, refuseLaunch } from './grant.js';
import type { Form, InteractionParts, Present, Visit } from './interaction-parts.js';
import { offerOf } from './offer.js';

/** Bytes of a form: a wildcard has as many lines as there are types. */
const FORM_LIMIT = '64kb';

/** The address of the page for somebody else than who is signed in. */
const OTHER = 'other';

export function interactionRoutes(parts: InteractionParts): Router {
  const router = express.Router();
  router.get('/:uid', async (request, response) => {
    const visit = await begin(parts, request, response);
    if (visit) await show(visit, parts);
  });
  router.post('/:uid', express.urlencoded({ extended: false, limit: FORM_LIMIT }), async (request, response) => {
    const visit = await begin(parts, request, response);
    if (visit) await submit(visit, (request.body ?? {}) as Form, parts);
  });
  return router;
}

async function begin(parts: InteractionParts, request: Request, response: Response): Promise<Visit | undefined> {
  const provider = await parts.provider();
  try {
    const interaction = await provider.interactionDetails(request, response);
    if (interaction.uid === request.params['uid']) return { request, response, provider, interaction };
  } catch (error) {
    if ((error as { error?: string }).error !== 'invalid_request') throw error;
  }
  await parts.pages.problem(request, response, 400, 'expired');
  return undefined;
}

async function presentIn(
  { request, interaction, provider }: Visit,
  parts: InteractionParts,
): Promise<Present | undefined> {
  const demo = interaction.result?.login as { accountId: string; ts: number } | undefined;
  const who = demo ? { account: demo.accountId, authTime: demo.ts * 1000, amr: [] } : await parts.signedIn(request);
  if (!who || !isFresh(who, interaction, parts.clock.now())) return undefined;
  const actor = await parts.people.actorOf(who.account);
  const client = await provider.Client.find(String(interaction.params['client_id']));
  const isTethered = client?.[TETHERED] === true;
  return actor && { who, actor: isTethered ? asGrantor(actor) : actor };
}

/** An app may ask that the person proves anew who they are. https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest */
function isFresh({ authTime }: Present['who'], { params, iat }: Interaction, now: number): boolean {
  // The provider's clock is the machine's.
  const begun = now - (Date.now() - iat * 1000);
  const { prompt, max_age: maxAge } = params as { prompt?: string; max_age?: number | string };
  if (prompt?.split(' ').includes('login') === true && authTime < begun) return false;
  return maxAge === undefined || now - authTime <= Number(maxAge) * 1000;
}

async function show(visit: Visit, parts: InteractionParts): Promise<void> {
  const { request, response, interaction, provider } = visit;
  const present = request.query['as'] === OTHER ? undefined : await presentIn(visit, parts);
  if (!present) return signIn(visit, parts);
  const { params } = interaction;
  const launch = await launchOf(params, present, parts.launches.find);
  if (launch === 'refused') return refuseLaunch(visit);
  const { actor } = present;
  const offer = offerOf(String(params['scope'] ?? ''), actor, parts.types());
  const find = typeof request.query['find'] === 'string' ? request.query['find'] : undefined;
  const patients = await patientsFor(offer, actor, launch, find, parts.people);
  if (patients?.length === 0 && actor.kind !== 'staff') return parts.pages.problem(request, response, 403, 'nobody');
  const client = await provider.Client.find(String(params['client_id']));
  await parts.pages.consent(
    request,
    response,
    {
      action: pathOf(visit),
      formToken: formToken(visit, parts),
      otherPerson: `${pathOf(visit)}?as=${OTHER}`,
      client: client?.clientName ?? String(params['client_id']),
      person: await parts.people.nameOf(actor),
      lines: offer.lines,
      identity: offer.fixed.includes('openid'),
      ...(patients ? { patients } : {}),
      ...(patients && actor.kind === 'staff' && !launch ? { search: find ?? '' } : {}),
      ...(offer.staying === undefined ? {} : { staying: offer.staying }),
    },
    originOf(String(params['redirect_uri'])),
  );
}

async function signIn(visit: Visit, parts: InteractionParts): Promise<void> {
  const back = pathOf(visit);
  const page = parts.signInPage(back);
  const people = parts.demoPeople(visit.request);
  if (people.length === 0) return visit.response.redirect(303, page);
  await parts.pages.demoSignIn(visit.request, visit.response, {
    action: back,
    formToken: formToken(visit, parts),
    people,
    signIn: page,
  });
}

async function submit(visit: Visit, form: Form, parts: InteractionParts): Promise<void> {
  const { request, response, interaction, provider } = visit;
  if (form['token'] !== formToken(visit, parts)) return parts.pages.problem(request, response, 403, 'expired');
  if (form['do'] === 'demo') return signInToDemo(visit, form, parts);
  if (form['do'] === 'deny') {
    const result = { error: 'access_denied', error_description: 'the person did not allow it' };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
  const present = await presentIn(visit, parts);
  if (!present) return response.redirect(303, pathOf(visit));
  const offer = offerOf(String(interaction.params['scope'] ?? ''), present.actor, parts.types());
  await finishGranted(visit, form, present, offer, parts);
}

/** The choice holds for this launch alone: no session begins. */
async function signInToDemo(visit: Visit, { account }: Form, parts: InteractionParts): Promise<void> {
  const { interaction, request, response } = visit;
  const person = parts.demoPeople(request).find(one => one.account === account);
  if (person) {
    const ts = Math.floor(parts.clock.now() / 1000);
    interaction.result = { login: { accountId: person.account, ts, remember: false } };
    await interaction.persist();
  }
  response.redirect(303, pathOf(visit));
}

const pathOf = ({ interaction: { uid } }: Visit): string => `/interaction/${uid}`;

/** A page of another site cannot know it. */
const formToken = ({ interaction: { uid } }: Visit, { secret }: InteractionParts): string =>
  createHmac('sha256', secret).update(`interaction:${uid}`).digest('base64url');

/** Where a form's answer leads in the end, as a source of a content security policy. */
const originOf = (redirectUri: string): string => {
  const { protocol, origin } = new URL(redirectUri);
  return origin === 'null' ? protocol : origin;
};
