/** The port of the wordings: notices become text by it. */
import type { Configuration } from '../configuration/settings.table.js';
import type { RenderedNotice } from './rendered-notice.js';

export interface Templates {
  /**
   * In `language`, or its base language, or the default. Rejects where a parameter is missing.
   * @param event by its name; its parameter `topic` selects a wording of its own, where there is one
   */
  render(
    event: string,
    language: string | undefined,
    parameters: Readonly<Record<string, string>>,
    shown: NoticeSettings,
  ): Promise<RenderedNotice>;
}

/** The settings of the portal that notices show. */
export type NoticeSettings = Pick<
  Configuration,
  'organization-title' | 'help-telephone' | 'help-page' | 'accent-color' | 'time-zone' | 'default-language' | 'language'
> &
  Partial<Pick<Configuration, 'application-title' | 'postal-address' | 'icon'>>;
