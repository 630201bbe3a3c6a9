/** Person/$resend: the activation of a pending account once more, to the contact on record, with another code. */
import type { Patient } from 'fhir/r4.js';
import { DAY } from '../../portal/days-parameter.js';
import { resendActivation } from '../../portal/enrollment.js';
import { refuseMinor } from '../../portal/age.js';
import { ownPatient } from '../../portal/identity.js';
import { accountOperation, type AccountCall } from '../account-operation.js';
import type { ActivateParts } from '../activate/activate.js';

export const createResendActivation = (parts: ActivateParts) =>
  accountOperation(
    'resend',
    async ({ account, all, context }: AccountCall) => {
      const own = ownPatient(account.resource);
      const patient = own === undefined ? undefined : await all.get<Patient>(own);
      const { 'account-age': age } = await parts.configuration();
      refuseMinor(patient?.resource.birthDate, age, parts.clock.now(), 'Patient.birthDate');
      const { invitationDays, portalUrl } = parts.portal;
      const order = { by: context.actor, lasts: invitationDays * DAY, portalUrl };
      return resendActivation(account, order, all, parts);
    },
    parts,
  );
