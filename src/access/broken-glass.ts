/**
 * Broken glass: the records whose restricted parts a clinician sees for now. A private record each, which ends by itself.
 * https://terminology.hl7.org/CodeSystem-v3-ActReason.html (BTG)
 */
import type { DocumentChange, Records } from '../store/port.js';
import { raiseEpoch } from './epochs.js';

const KIND = 'broken-glass';
/** More than anybody has open at a time. */
const MOST = 1000;

export interface BrokenGlass {
  /** `Practitioner/1` */
  readonly by: string;
  /** Id of the Patient. */
  readonly patient: string;
  readonly reason: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

const nameOf = ({ by, patient }: Pick<BrokenGlass, 'by' | 'patient'>): string => `${by} Patient/${patient}`;

export const breaking = (glass: BrokenGlass): DocumentChange[] => [
  {
    op: 'put',
    document: { kind: KIND, id: nameOf(glass), value: { ...glass }, keys: { by: glass.by }, expires: glass.until },
  },
  raiseEpoch(glass.by),
];

export const mending = (glass: Pick<BrokenGlass, 'by' | 'patient'>): DocumentChange[] => [
  { op: 'delete', kind: KIND, id: nameOf(glass) },
  raiseEpoch(glass.by),
];

/** What a practitioner has open at this moment. */
export async function brokenBy(records: Pick<Records, 'find'>, by: string, now: number): Promise<BrokenGlass[]> {
  const found = await records.find(KIND, 'by', by, now, MOST);
  return found.map(({ value }) => value as unknown as BrokenGlass);
}
