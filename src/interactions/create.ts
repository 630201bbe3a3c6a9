/** create and conditional create. https://hl7.org/fhir/R4/http.html#create, https://hl7.org/fhir/R4/http.html#ccreate */
import type { Handler } from '../service.js';
import { bodyOf, newId } from './body.js';
import { atMostOne, criteriaText, matching } from './conditional.js';
import { unchanged, write } from './write.js';

export const create: Handler = async context => {
  const body = bodyOf(context);
  const condition = context.request.headers['if-none-exist'];
  const match =
    condition === undefined ? undefined : await matching(context, body.resourceType, criteriaText(condition));
  const found = match && atMostOne(match);
  if (found) return { ...(await unchanged(context, found)), found: match.criterion };
  return write(context, {
    resource: { ...body, id: newId(context) },
    previous: undefined,
    method: 'POST',
    ...(match ? { criteria: [match.criterion] } : {}),
  });
};
