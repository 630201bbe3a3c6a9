/**
 * Pages that change one resource by a form. The form holds the version that it was made of: where somebody has changed the resource
 * meanwhile nothing is saved, and what was typed stays in the form.
 */
import { defined } from '../../../fhir/defined.js';
import type { OwnCanonicals } from '../../../fhir/own-canonicals.js';
import type { Resource } from '../../../fhir/resource.js';
import type { StaffRole } from '../../../fhir/staff-roles.js';
import { done, heading, hidden, submit } from '../../account/fields.js';
import type { Answer, Fields, Received, Uploads, Visit } from '../../account/visit.js';
import { html, type Html } from '../../html.js';
import { read } from '../desk.js';
import type { StaffPage, WorkbenchParts } from '../parts.js';
import { forRoles, missing, type Administrator, type AdministratorWork } from './guard.js';
import { problemsOf, refusalOf, refusalView, type Problems, type Refusal } from './refusal.js';

/** A form as it is shown: with what stands, or with what was typed and refused. */
export interface Shown<Values> {
  readonly values: Values;
  /** What stands now; undefined: it is yet to be made. */
  readonly resource: Resource | undefined;
  readonly problems: Problems;
}

/** What an editor shows beside its fields. */
export interface EditorView {
  readonly title: string;
  readonly lede?: string;
  readonly fields: Html;
  /** In place of the one that saves. */
  readonly buttons?: Html;
  /** Below the form. */
  readonly below?: Html | false;
  readonly inlineImages?: true;
  /** The reader may not change the resource itself: the form is left out. */
  readonly isReadOnly?: boolean;
}

export interface Editor<Values> {
  readonly path: string;
  readonly roles: readonly StaffRole[];
  readonly type: string;
  /** Of the only resource for the page; undefined: the address names it, or none for a new one. */
  readonly id?: string;
  /** Whether a resource of the type is one for this page. */
  readonly isOne: (resource: Resource, own: OwnCanonicals) => boolean;
  /** What stands in a resource, or what a new one begins with. */
  readonly valuesOf: (resource: Resource | undefined, own: OwnCanonicals) => Values;
  /** As they were typed. */
  readonly typed: (fields: Fields, files: readonly Received[]) => Values;
  readonly takesFiles?: Uploads;
  /** The resource to be saved. */
  readonly applied: (values: Values, before: Resource | undefined, own: OwnCanonicals) => Resource;
  /** The names of fields by the FHIRPath of what they became in this resource. */
  readonly places: (resource: Resource, own: OwnCanonicals) => Readonly<Record<string, string>>;
  /** What would be wrong with it, before it is saved. */
  readonly wrong?: (resource: Resource, own: OwnCanonicals) => Refusal['wrong'];
  readonly view: (
    visit: Visit,
    by: Administrator,
    shown: Shown<Values>,
    parts: WorkbenchParts,
  ) => Promise<EditorView> | EditorView;
}

/** The page, and its form as it stands, with a refusal of something beside it. */
export interface EditorPage {
  readonly page: StaffPage;
  readonly show: (
    visit: Visit,
    by: Administrator,
    query: Fields,
    parts: WorkbenchParts,
    refusal?: Refusal,
  ) => Promise<Answer>;
  /** The form as it was typed, with what would be wrong with it; nothing is saved. */
  readonly retyped: AdministratorWork;
}

export function editorPage<Values>(editor: Editor<Values>): EditorPage {
  const show: EditorPage['show'] = async (visit, by, query, parts, refusal) => {
    const id = editor.id ?? query('id');
    const resource = await standing(editor, by, id, parts);
    if (id !== '' && !resource) return missing(visit);
    const shown = { values: editor.valuesOf(resource, parts.own), resource, problems: {} };
    return editorAnswer(editor, visit, by, shown, { parts, refusal, isSaved: query('after') === 'saved' });
  };
  const page = {
    path: editor.path,
    keeps: ['id'],
    show: forRoles(editor.roles, (visit, by, query, parts) => show(visit, by, query, parts)),
    take: forRoles(editor.roles, (...call) => takenEditor(editor, ...call)),
    ...defined({ takesFiles: editor.takesFiles }),
  };
  return { page, show, retyped: (...call) => retypedEditor(editor, ...call) };
}

/** The form keeps the version that it was made of. */
async function retypedEditor<Values>(
  editor: Editor<Values>,
  ...[visit, by, fields, parts, files]: Parameters<AdministratorWork>
): Promise<Answer> {
  const id = editor.id ?? fields('id');
  const resource = await standing(editor, by, id, parts);
  if (!resource) return missing(visit);
  const values = editor.typed(fields, files);
  const next = editor.applied(values, resource, parts.own);
  const problems = problemsOf({ wrong: editor.wrong?.(next, parts.own) ?? [] }, editor.places(next, parts.own));
  const meta = { ...resource.meta, versionId: fields('version') };
  const shown = { values, resource: { ...resource, meta }, problems };
  return editorAnswer(editor, visit, by, shown, { parts, refusal: undefined, isSaved: false });
}

/** The resource of this id, if it is one for the page; undefined for an empty id. */
async function standing<Values>(
  { type, isOne }: Editor<Values>,
  { who }: Administrator,
  id: string,
  { desk, own }: WorkbenchParts,
): Promise<Resource | undefined> {
  const found = id === '' ? undefined : await read(desk, who, `${type}/${id}`);
  return found && isOne(found, own) ? found : undefined;
}

async function takenEditor<Values>(
  editor: Editor<Values>,
  ...[visit, by, fields, parts, files]: Parameters<AdministratorWork>
): Promise<Answer> {
  const { type } = editor;
  const id = editor.id ?? fields('id');
  const before = await standing(editor, by, id, parts);
  if (id !== '' && !before) return missing(visit);
  const values = editor.typed(fields, files);
  const resource = editor.applied(values, before, parts.own);
  const change = before
    ? ({ method: 'PUT', path: [type, id], version: fields('version') } as const)
    : ({ method: 'POST', path: [type] } as const);
  const reply = await parts.desk(by.who, { ...change, resource, language: visit.frame.words.language });
  if (reply.status < 300) return saved(editor, visit, reply.resource?.id ?? id);
  const refusal = refusalOf(reply, visit.words);
  const stands = before && ((await standing(editor, by, id, parts)) ?? before);
  const problems = problemsOf(refusal, editor.places(resource, parts.own));
  return editorAnswer(editor, visit, by, { values, resource: stands, problems }, { parts, refusal, isSaved: false });
}

const saved = <Values>({ path, id: only }: Editor<Values>, { link }: Visit, id: string): Answer => ({
  kind: 'go',
  to: link(path, defined({ id: only === undefined ? id : undefined, after: 'saved' })),
});

async function editorAnswer<Values>(
  editor: Editor<Values>,
  visit: Visit,
  by: Administrator,
  shown: Shown<Values>,
  { parts, refusal, isSaved }: { parts: WorkbenchParts; refusal: Refusal | undefined; isSaved: boolean },
): Promise<Answer> {
  const { words, form } = visit;
  const { resource } = shown;
  const {
    title,
    lede,
    fields,
    below,
    inlineImages,
    buttons = submit(words.save),
    isReadOnly = false,
  } = await editor.view(visit, by, shown, parts);
  const id = editor.id ?? resource?.id ?? '';
  const content = html`${heading(title, lede)} ${done(isSaved ? words.adminSaved : undefined)}
  ${refusalView(refusal, shown.problems)}
  ${
    !isReadOnly &&
    form(
      editor.path,
      html`${hidden('id', id)} ${hidden('version', resource?.meta?.versionId ?? '')} ${fields} ${buttons}`,
      editor.id === undefined && id !== '' ? { id } : {},
    )
  }
  ${below}`;
  return { kind: 'page', ...defined({ status: refusal?.status, inlineImages }), title, content };
}
