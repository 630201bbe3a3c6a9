/**
 * Where an invitation or activation goes. That of a known patient goes to the contact on their record alone: an address that a
 * caller states chooses among those there, and never adds one.
 */
import type { Patient } from 'fhir/r4.js';
import type { PhoneForm } from '../fhir/phone-number.js';
import { contactOnRecord, type Contact } from './contact.js';
import type { Notice } from './effect.js';

export interface Addressing {
  readonly contact: Contact;
  /** A stated address is not on the patient's record. */
  readonly differs: boolean;
}

/** @param patient undefined for a person who has no record yet */
export function addressing(stated: Contact, patient: Patient | undefined, phoneNumber: PhoneForm): Addressing {
  if (!patient) return { contact: stated, differs: false };
  const contact = contactOnRecord(patient.telecom, phoneNumber, stated);
  const { email = contact.email, phone = contact.phone } = stated;
  return { contact, differs: email !== contact.email || phone !== contact.phone };
}

/** Tells a patient, at the contact on record, that somebody stated another one. @param about `Task/1` or `Person/1` */
export const contactDiffers = (about: string, patient: string): Notice => ({
  kind: 'notice',
  event: 'contact-differs',
  about,
  persons: [{ reference: patient }],
  parameters: {},
});
