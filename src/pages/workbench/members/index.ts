/** Member administration: people are found, and their accounts, invitations and possible duplicates seen to. */
import { backTo, type Section } from '../parts.js';
import { act, actionPage } from './action.js';
import { decide, duplicatePage } from './duplicate.js';
import { duplicatesPage } from './duplicates.js';
import { memberPage } from './member.js';
import { ACTION, DUPLICATE, DUPLICATES, MEMBER, MEMBERS } from './paths.js';
import { searchMembers, searchPage } from './search.js';

export const membersSection: Section = {
  path: MEMBERS,
  word: 'members',
  roles: ['healthcare-administrator'],
  pages: [
    { path: MEMBERS, keeps: ['page'], show: searchPage, take: searchMembers },
    { path: MEMBER, keeps: ['of'], show: memberPage },
    { path: ACTION, keeps: ['do', 'on', 'of'], show: actionPage, take: act },
    { path: DUPLICATES, keeps: ['page'], show: duplicatesPage },
    { path: DUPLICATE, keeps: ['id'], show: duplicatePage },
    ...(['confirm', 'reject'] as const).map(move => ({
      ...{ path: `${DUPLICATE}/${move}`, ...backTo(DUPLICATE), take: decide(move) },
    })),
  ],
};
