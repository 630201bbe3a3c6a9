/** The installed wordings of text messages: two segments at most, with a name and a link as they usually are. */
import assert from 'node:assert/strict';
import { noticeKinds, type NoticeEvent } from '../../src/portal/notice-kinds.table.js';
import { segmentsOf } from '../../src/delivery/channels/sms-segments.js';
import { organization } from '../delivery/parts.js';
import { installedWordings } from './installed.js';

const CODE = '1Y10-2VZ0-7J64-44CH-E7C1-DJJJ-NE2G-3ZYG';
/** A name of letters that the alphabet of text messages lacks: each text is UCS-2, where two segments are 134 characters. */
const parameters = {
  ...{ given: 'ليلى', code: '123 456', names: 'layla.haddad', until: '2026-12-13T09:00:00Z' },
  link: `https://portal.example.org/invitation#${CODE}`,
  preferences: 'https://portal.example.org/preferences',
  misdirected: 'https://portal.example.org/not-for-me',
};

describe('installed wordings of text messages', () => {
  for (const event of Object.keys(noticeKinds) as NoticeEvent[])
    for (const topic of event === 'invitation' ? ['', 'visit'] : [''])
      for (const language of ['en', 'ar'])
        it(`[PC-2] ${event} ${topic} in ${language} takes two segments at most`, async () => {
          const shown = {
            ...organization,
            'organization-title': language === 'ar' ? 'مستشفى النور' : 'Nordic & Sons Clinic',
          };
          const { sms, language: used } = await installedWordings().render(
            event,
            language,
            { ...parameters, topic },
            shown,
          );
          assert.equal(used, language);
          const { segments } = segmentsOf(sms);
          assert.ok(segments <= 2, `${segments}: ${sms}`);
        });
});
