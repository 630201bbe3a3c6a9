/**
 * What a portal holds, made by rule: of 20 resources 2 Patients, 1 RelatedPerson, 10 Communications, 3 Tasks and 4
 * Observations, 1.5 KB on average. Of each 5,000 resources 1,500 are messages to one patient. The same number gives the same
 * resource, on every machine.
 */
import type { Json, Resource } from '../src/fhir/resource.js';

const BLOCK = 5000;
const HEAVY = 1500;
const CYCLE = 20;

export const IDENTIFIERS = 'https://bench.portico.health/mrn';

/** A number from 0 to before `below` that looks random and follows from `seed`. */
function pick(seed: number, below: number): number {
  let value = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return ((value ^ (value >>> 16)) >>> 0) % below;
}

const FAMILIES = [
  'Fadel',
  'Hintz',
  'Lind',
  'Okafor',
  'Haddad',
  'Nguyen',
  'Moreau',
  'Silva',
  'Kowalski',
  'Rossi',
  'Mansour',
];
const GIVEN = ['Amal', 'Bea', 'Chidi', 'Dana', 'Elif', 'Farid', 'Greta', 'Hana', 'Ivo', 'June', 'Karim', 'Lea', 'Mona'];
const WORDS =
  'your results are back and within the usual range please bring this note to the next visit we will look at it together'.split(
    ' ',
  );

const words = (seed: number, count: number): string =>
  Array.from({ length: count }, (_, i) => WORDS[pick(seed + 31 * i, WORDS.length)]).join(' ');

/** Things are written about when they happen: a million resources in three years. */
const instantOf = (index: number): string =>
  new Date(Date.UTC(2023, 0, 1) + index * 94_000 + pick(index, 3_600_000)).toISOString();

const birthDateOf = (number: number): string =>
  new Date(Date.UTC(1930, 0, 1) + pick(number, 28_000) * 86_400_000).toISOString().slice(0, 10);

const narrative = (seed: number, count: number): Json => ({
  status: 'generated',
  div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${words(seed, count)}</p></div>`,
});

export const patientId = (number: number): string => `bench-patient-${number}`;
export const identifierOf = (number: number): string => `mrn-${number}`;

/** Patients are the first two of each cycle; their number is 2 × cycle, 2 × cycle + 1. */
const patientsBefore = (index: number): number => Math.max(1, Math.floor(index / CYCLE) * 2);

/** The patient of each block to whom most of its messages go. */
export const heavyPatient = (block: number): number => (block * BLOCK * 2) / CYCLE;

export const patientCount = (resources: number): number => patientsBefore(resources);

function patient(number: number): Resource {
  const family = FAMILIES[pick(number, FAMILIES.length)]!;
  const given = GIVEN[pick(number + 1, GIVEN.length)]!;
  return {
    resourceType: 'Patient',
    id: patientId(number),
    text: narrative(number, 120),
    identifier: [
      { system: IDENTIFIERS, value: identifierOf(number) },
      { system: 'https://bench.portico.health/insurance', value: `ins-${pick(number, 1e9)}` },
    ],
    active: true,
    name: [
      { use: 'official', family: `${family}${number % 997}`, given: [given, GIVEN[pick(number + 2, GIVEN.length)]!] },
    ],
    telecom: [
      { system: 'phone', value: `+961 1 ${100_000 + pick(number, 899_999)}`, use: 'home' },
      { system: 'email', value: `${given.toLowerCase()}.${number}@example.org` },
    ],
    gender: number % 2 === 0 ? 'female' : 'male',
    birthDate: birthDateOf(number),
    address: [
      { line: [`${pick(number, 200)} Cedar Street`], city: 'Beirut', postalCode: String(1000 + pick(number, 8999)) },
    ],
  };
}

const reference = (number: number): Json => ({ reference: `Patient/${patientId(number)}` });

const coded = (system: string, code: string): Json => [{ coding: [{ system, code }] }];
const QUESTION = coded('https://portico.health/fhir/CodeSystem/message-category', 'general');
const NOTICE = coded('http://terminology.hl7.org/CodeSystem/communication-category', 'notification');

/** The one who sends all messages to heavy patients: a RelatedPerson of the first cycle. */
const HEAVY_SENDER = 'RelatedPerson/bench-related-4';

function communication(index: number): Resource {
  const block = Math.floor(index / BLOCK);
  const place = Math.floor((index % BLOCK) / 2);
  const heavy = place < HEAVY;
  const to = heavy ? heavyPatient(block) : pick(index, patientsBefore(index));
  return {
    resourceType: 'Communication',
    id: `bench-communication-${index}`,
    text: narrative(index, 110),
    identifier: [{ system: 'https://bench.portico.health/message', value: `message-${index}` }],
    status: pick(index, 4) === 0 ? 'in-progress' : 'completed',
    category: heavy ? QUESTION : NOTICE,
    priority: 'routine',
    subject: reference(to),
    sent: instantOf(index),
    recipient: [reference(to)],
    sender: { reference: heavy ? HEAVY_SENDER : `Practitioner/bench-${pick(index, 200)}` },
    payload: [{ contentString: words(index + 7, 110) }],
  };
}

function relatedPerson(index: number): Resource {
  const number = pick(index, patientsBefore(index));
  return {
    resourceType: 'RelatedPerson',
    id: `bench-related-${index}`,
    active: true,
    patient: reference(number),
    name: [{ family: FAMILIES[pick(index, FAMILIES.length)]!, given: [GIVEN[pick(index, GIVEN.length)]!] }],
    text: narrative(index, 30),
  };
}

function task(index: number): Resource {
  return {
    resourceType: 'Task',
    id: `bench-task-${index}`,
    status: pick(index, 3) === 0 ? 'completed' : 'requested',
    intent: 'order',
    code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' }] },
    description: words(index, 60),
    for: reference(pick(index, patientsBefore(index))),
    authoredOn: instantOf(index),
    owner: { reference: `Practitioner/bench-${pick(index, 200)}` },
    text: narrative(index, 40),
  };
}

function observation(index: number): Resource {
  const coding = [{ system: 'http://loinc.org', code: index % 3 === 0 ? '8867-4' : '29463-7' }];
  return {
    resourceType: 'Observation',
    id: `bench-observation-${index}`,
    status: 'final',
    category: [
      {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }],
      },
    ],
    code: { coding },
    subject: reference(pick(index, patientsBefore(index))),
    effectiveDateTime: instantOf(index),
    valueQuantity: {
      value: 40 + pick(index, 80),
      unit: 'kg',
      system: 'http://unitsofmeasure.org',
      code: index % 3 === 0 ? '/min' : 'kg',
    },
    text: narrative(index, 70),
  };
}

/** Which of a cycle's 20 is what; Communications take every second place. */
export function portalResource(index: number): Resource {
  const place = index % CYCLE;
  if (place % 2 === 1) return communication(index);
  if (place < 4) return patient(Math.floor(index / CYCLE) * 2 + place / 2);
  if (place === 4) return relatedPerson(index);
  return place < 12 ? task(index) : observation(index);
}

/** A measurement as a client posts it: without an id, made now, of a patient of the first thousand. */
export function newObservation(index: number): Resource {
  const { id: _id, ...made } = observation(index);
  const effectiveDateTime = new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString();
  return { ...made, resourceType: 'Observation', effectiveDateTime, subject: reference(pick(index, 1000)) };
}
