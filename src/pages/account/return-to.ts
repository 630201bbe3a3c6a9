/** Where a sign-in leads: to a page of this server that waits for it, and to no other address. */

const INTERACTION = /^\/interaction\/[A-Za-z0-9_-]{1,64}$/;

/** The path, where it is one that a sign-in may lead to; else undefined. */
export const returnTo = (path: string): string | undefined => (INTERACTION.test(path) ? path : undefined);
