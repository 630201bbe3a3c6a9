/** Patient/$enroll: makes the account without an invitation and tells the person. Calling it again changes nothing. */
import type { Person } from 'fhir/r4.js';
import { enroll as makeAccount, refuseInactive } from '../../portal/enrollment.js';
import { ownPatient } from '../../portal/identity.js';
import { defined } from '../../fhir/defined.js';
import type { Context, Operation } from '../../service.js';
import { changesOf, written } from '../../writing/step-changes.js';
import { languageTag } from '../language.js';
import { channelsOf } from '../notice-channels.js';
import { requireFacts, enrolleeOf } from '../person-parameters.js';
import { readerOf } from '../../writing/workflow-reader.js';

export const enroll: Operation = {
  definition: 'https://portico.health/fhir/OperationDefinition/Patient-enroll',
  async handler(input, context) {
    const asSystem = 'enrollment: accounts and invitations';
    const all = readerOf(context, context.asSystem(asSystem));
    const found = await enrolleeOf(input, context, readerOf(context, context.store), all);
    requireFacts(input, context, found);
    refuseInactive(found);
    if (isOwn(found.account?.resource)) return { output: { return: found.account?.resource } };
    const language = languageTag(input) ?? found.language;
    const subject = language === undefined ? found : { ...found, language };
    const { portal } = context.services;
    const channels = channelsOf(input, subject.facts, portal);
    const notice = { ...defined({ channels }), portalUrl: portal.portalUrl };
    const { person, step } = await makeAccount(subject, notice, all, context.services);
    const changes = await changesOf(step, context);
    const output = { return: written(changes, { type: 'Person', id: person.id }) };
    return { status: 201, headers: { location: locationOf(person, context) }, output, changes, asSystem };
  },
};

const isOwn = (account: Person | undefined): boolean => account !== undefined && ownPatient(account) !== undefined;

const locationOf = ({ id }: Person, { endpoint }: Context): string => `${endpoint.url}/Person/${id}`;
