/** The kinds of requests that are measured, over a store of so many resources of the portal mix. */
import type { Load } from './drive.js';
import { heavyPatient, IDENTIFIERS, identifierOf, newObservation, patientCount, patientId } from './portal-mix.js';

export interface At {
  base: string;
  token: string;
}

export type Kind = 'read' | 'inbox' | 'include' | 'identifier' | 'chain';

const PATHS = 500;

/** Numbers from 0 to before `below`, spread evenly, in no order that a cache would like. */
const spread = (below: number): number[] => Array.from({ length: PATHS }, (_, i) => (i * 7919 * 31) % below);

export function readLoads(at: At, resources: number): Record<Kind, Load> {
  const patients = spread(patientCount(resources));
  const token = (number: number): string => encodeURIComponent(`${IDENTIFIERS}|${identifierOf(number)}`);
  const inbox = `Communication?recipient=Patient/${patientId(heavyPatient(0))}&_count=20`;
  return {
    read: { ...at, paths: patients.map(number => `Patient/${patientId(number)}`) },
    inbox: { ...at, paths: [inbox] },
    include: { ...at, paths: [`${inbox}&_include=Communication:sender`] },
    identifier: { ...at, paths: patients.map(number => `Patient?identifier=${token(number)}`) },
    chain: { ...at, paths: patients.map(number => `Communication?subject:Patient.identifier=${token(number)}`) },
  };
}

/** Measurements to post, each another. */
export const createLoad = (at: At): Load => ({
  ...at,
  posts: { path: 'Observation', bodies: Array.from({ length: PATHS }, (_, i) => JSON.stringify(newObservation(i))) },
});
