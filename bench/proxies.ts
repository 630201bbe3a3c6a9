/** What a proxy costs, as a share of what their patient costs: the same reads, inbox and creates, in turn. */
import type { Arena } from './arena.js';
import type { Load } from './drive.js';
import type { At } from './loads.js';
import { median, type Effort } from './measure.js';
import { heavyPatient, newObservation, patientId } from './portal-mix.js';

/** Processor time of an answer to the patient, as a share of that of the same answer to a proxy. */
export interface Proxies {
  read: number;
  inbox: number;
  create: number;
}

const FUNCTION = 'https://portico.health/fhir/StructureDefinition/proxy-function';
const PATIENT = `Patient/${patientId(heavyPatient(0))}`;
const BODIES = 500;

async function make({ base, token }: At, resource: { resourceType: string; [name: string]: unknown }): Promise<string> {
  const { resourceType } = resource;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' };
  const answer = await fetch(`${base}/${resourceType}`, { method: 'POST', headers, body: JSON.stringify(resource) });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return `${resourceType}/${((await answer.json()) as { id: string }).id}`;
}

/** The tokens of the patient, and of a proxy who does not do all. */
async function callers({ at, server }: Arena): Promise<{ patient: At; proxy: At }> {
  const named = (reference: string) => ({ target: { reference } });
  const relation = await make(at, {
    ...{ resourceType: 'RelatedPerson', active: true, patient: { reference: PATIENT } },
    extension: ['read-record', 'messages'].map(valueCode => ({ url: FUNCTION, valueCode })),
  });
  const caller = async (link: string): Promise<At> => {
    const person = await make(at, { resourceType: 'Person', active: true, link: [named(link)] });
    return { ...at, token: await server.ask<string>('tokenOf', { person }) };
  };
  return { patient: await caller(PATIENT), proxy: await caller(relation) };
}

const loadsOf = (at: At): Readonly<Record<keyof Proxies, Load>> => ({
  read: { ...at, paths: [PATIENT] },
  inbox: { ...at, paths: [`Communication?recipient=${PATIENT}&_count=20`] },
  create: { ...at, posts: { path: 'Observation', bodies: Array.from({ length: BODIES }, (_, at) => measured(at)) } },
});

const measured = (at: number): string => JSON.stringify({ ...newObservation(at), subject: { reference: PATIENT } });

export async function measureProxies(arena: Arena, { rounds, seconds }: Effort): Promise<Proxies> {
  const { patient, proxy } = await callers(arena);
  const [mine, theirs] = [loadsOf(patient), loadsOf(proxy)];
  const share = async (kind: keyof Proxies): Promise<number> => {
    for (const load of [mine[kind], theirs[kind]]) await arena.run(load, seconds);
    const shares: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const own = await arena.run(mine[kind], seconds);
      shares.push(own.cpu / (await arena.run(theirs[kind], seconds)).cpu);
    }
    return median(shares);
  };
  return { read: await share('read'), inbox: await share('inbox'), create: await share('create') };
}
