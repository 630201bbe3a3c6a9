/** Where a sign-in leads: to a page of this server that waits for it, and to no other address. */

const INTERACTION = /^\/interaction\/[A-Za-z0-9_-]{1,64}$/;

/** A resource, a search or a history of a FHIR endpoint, which a browser shows as a page. */
const FHIR = /^\/fhir\/[\w~.$%&=?:,;|+@()*!'/-]{1,2000}$/;

/** The path, where it is one that a sign-in may lead to; else undefined. */
export const returnTo = (path: string): string | undefined =>
  INTERACTION.test(path) || FHIR.test(path) ? path : undefined;

/** Browsers hold redirects behind a form to its policy as well, and those of an interaction may end at any app. */
export const ANYWHERE = ['*'];
