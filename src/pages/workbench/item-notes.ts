/** Internal notes on a work item, which patients never see. */
import type { Annotation, Task } from 'fhir/r4.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { html, type Html } from '../html.js';
import { hidden } from '../account/fields.js';
import type { Visit } from '../account/visit.js';
import type { Desk } from './desk.js';
import { namesOf } from './names.js';
import { ITEM } from './parts.js';
import { peopleNamed } from './people.js';

interface NotesParts {
  readonly desk: Desk;
  readonly format: Intl.DateTimeFormat;
  readonly mayNote: boolean;
}

export async function notesView(
  { words, form }: Visit,
  who: SignedIn,
  { id = '', note = [] }: Task,
  { desk, format, mayNote }: NotesParts,
): Promise<Html> {
  const authors = [...new Set(note.flatMap(({ authorReference }) => authorReference?.reference ?? []))];
  const name = namesOf(await peopleNamed(desk, who, authors));
  const view = ({ text, time, authorReference }: Annotation): Html =>
    html`<li>
      <p class="advice">
        <bdi>${name(authorReference?.reference) ?? words.unnamed}</bdi>
        ${time !== undefined && html`· ${format.format(new Date(time))}`}
      </p>
      <p class="message" dir="auto">${text}</p>
    </li>`;
  const add = form(
    `${ITEM}/note`,
    html`${hidden('id', id)}
      <p class="field">
        <label for="note">${words.newNote}</label>
        <textarea id="note" name="note" rows="2" dir="auto" required maxlength="10000"></textarea>
      </p>
      <button type="submit" class="quiet">${words.addNote}</button>`,
    { id },
  );
  return html`<section class="notes" aria-labelledby="notes-title">
    <h2 id="notes-title">${words.notes}</h2>
    <p class="advice">${words.notesAreInternal}</p>
    ${
      note.length > 0 &&
      html`<ul class="thread">
        ${note.map(view)}
      </ul>`
    }
    ${mayNote && add}
  </section>`;
}
