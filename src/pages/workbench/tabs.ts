/** The tabs of the Workbench: the sections that a member of staff has something to do in. */
import { html, type Html } from '../html.js';
import type { Visit } from '../account/visit.js';
import type { StaffRole } from '../../fhir/staff-roles.js';
import type { Section } from './parts.js';

export function tabsOf(
  { words, link, frame }: Visit,
  sections: readonly Section[],
  roles: ReadonlySet<StaffRole>,
): Html {
  const shown = sections.filter(section => section.roles?.some(role => roles.has(role)) ?? true);
  return html`<nav class="tabs" aria-label="${words.workbench}">
    <ul>
      ${shown.map(
        section =>
          html`<li>
            <a href="${link(section.path)}" ${currency(section, frame.path)}>${words[section.word]}</a>
          </li>`,
      )}
    </ul>
  </nav>`;
}

/** Whether a page is that of the tab, or one below it. https://www.w3.org/TR/wai-aria-1.2/#aria-current */
function currency({ path, pages }: Section, open: string): Html | false {
  if (path === open) return html`aria-current="page"`;
  return pages.some(page => page.path === open) && html`aria-current="true"`;
}
