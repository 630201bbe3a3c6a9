/** What the pages about relations show and change. */
import {
  answerInvitation,
  askSomebody,
  endRelation,
  readInvitation,
  seenRelations,
  takeBack,
  type RelationParts,
} from '../identity/accounts/relations.js';
import type { ProxyInvitationPageParts } from '../pages/account/proxy-invitation.js';
import type { RelationPageParts } from '../pages/account/relations.js';

export const relationPageParts = (
  parts: RelationParts,
): Omit<RelationPageParts & ProxyInvitationPageParts, 'sessions'> => ({
  seenRelations: signedIn => seenRelations(signedIn, parts),
  endRelation: (signedIn, id) => endRelation(signedIn, id, parts),
  askSomebody: (given, wish) => askSomebody(given, wish, parts),
  takeBack: (signedIn, id) => takeBack(signedIn, id, parts),
  readProxyInvitation: (visitor, code, signedIn) => readInvitation(visitor, code, signedIn, parts),
  answerProxyInvitation: (visitor, code, by) => answerInvitation(visitor, code, by, parts),
});
