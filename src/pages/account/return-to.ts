/** Where a sign-in leads: to a page of this server that waits for it, and to no other address. */

import { CONNECT } from './provider-buttons.js';

const INTERACTION = /^\/interaction\/[A-Za-z0-9_-]{1,64}$/;

/** A resource, a search or a history of a FHIR endpoint, which a browser shows as a page. */
const FHIR = /^\/fhir\/[\w~.$%&=?:,;|+@()*!'/-]{1,2000}$/;

/** A page of the Workbench, with what its address holds. */
const DESK = /^\/workbench(?:\/[a-z-]{1,40}){0,3}(?:\?[\w%&=.+-]{0,2000})?$/;

/** The path, where it is one that a sign-in may lead to; else undefined. */
export const returnTo = (path: string): string | undefined =>
  INTERACTION.test(path) || FHIR.test(path) || path === CONNECT || DESK.test(path) ? path : undefined;

/**
 * Where the form of a sign-in leads beyond this server: that of an interaction may end at any app, and browsers hold the redirects behind
 * a form to the policy of its page as well. https://www.w3.org/TR/CSP3/#directive-form-action
 */
export const leadsBeyond = (back: string | undefined): readonly string[] | undefined =>
  back !== undefined && INTERACTION.test(back) ? ['*'] : undefined;
