/** Categories to which a person may narrow what an app is granted. https://hl7.org/fhir/us/core/scopes.html */

export interface GranularScope {
  readonly category: string;
  /** The restriction, as scopes have it. */
  readonly query: string;
}

const within = (system: string, categories: readonly string[]): GranularScope[] =>
  categories.map(category => ({ category, query: `category=${system}|${category}` }));

const terminology = 'http://terminology.hl7.org/CodeSystem';

export const granularScopes: Readonly<Record<string, readonly GranularScope[]>> = {
  Observation: within(`${terminology}/observation-category`, [
    ...['vital-signs', 'laboratory', 'social-history', 'survey'],
  ]),
  Condition: within(`${terminology}/condition-category`, ['problem-list-item', 'encounter-diagnosis']),
};
