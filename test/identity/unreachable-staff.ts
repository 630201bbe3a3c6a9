/** Somebody of the staff with a password, to whom no code can be sent. */
import { PASSWORD, token, type Member, type Portal } from './members.js';

export async function unreachableStaff(
  { fhir, server, storage }: Portal,
  roles: readonly string[] = ['workbench-user'],
  telecom: readonly object[] = [],
): Promise<Pick<Member, 'account' | 'userName' | 'password'>> {
  const unique = token();
  const made = await fhir('demo-system', 'POST', 'Practitioner', {
    ...{ resourceType: 'Practitioner', active: true, name: [{ family: `Staff${unique}` }] },
    ...(telecom.length === 0 ? {} : { telecom }),
  });
  const account = `Practitioner/${String(made['id'])}`;
  for (const code of roles)
    await fhir('demo-system', 'POST', 'PractitionerRole', {
      ...{ resourceType: 'PractitionerRole', active: true, practitioner: { reference: account } },
      code: [{ coding: [{ system: 'https://portico.health/fhir/CodeSystem/role', code }] }],
    });
  const userName = `staff.${unique}`;
  const documents = await server.app.identity.choose({ account, userName, password: PASSWORD });
  await storage.store.commit({ documents });
  return { account, userName, password: PASSWORD };
}
