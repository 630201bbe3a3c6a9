/** read and vread. https://hl7.org/fhir/R4/http.html#read, https://hl7.org/fhir/R4/http.html#vread */
import type { Handler, Result } from '../service.js';
import type { Context } from '../service.js';
import type { Version } from '../store/port.js';
import { rawContent, withContent } from './binary.js';
import { absent, existing, gone, notModified, target, versionHeaders } from './version.js';
import { viewOf } from './view.js';

export const read: Handler = async context => answer(context, await existing(context, target(context)));

export const vread: Handler = async context => {
  const key = target(context);
  const number = /^[1-9]\d{0,14}$/.test(context.route.versionId ?? '') ? Number(context.route.versionId) : undefined;
  const [visible] = await context.store.read([key]);
  const version = visible && number !== undefined ? await context.store.version(key, number) : undefined;
  if (!version) throw absent(key);
  if (version.deleted) throw gone(version, `This version of ${key.type}/${key.id} is its deletion.`);
  return answer(context, version);
};

async function answer(context: Context, version: Version): Promise<Result> {
  const view = viewOf(context);
  const unchanged = notModified(context, version);
  if (unchanged) return { response: unchanged };
  const headers = versionHeaders(version);
  const raw = version.key.type === 'Binary' ? await rawContent(context, version) : undefined;
  if (raw) return { response: { status: 200, headers: { ...headers, ...raw.headers }, body: raw.body } };
  return {
    response: { status: 200, headers, body: { kind: 'json', text: view(await withContent(context, version)) } },
  };
}
