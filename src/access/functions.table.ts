/**
 * For every R4 resource type that patients have of their own: which function of a proxy opens it. A type without a line stops
 * the start.
 */
import type { ProxyFunction } from '../fhir/proxy-basis.table.js';

/**
 * - functions: any one of them opens it;
 * - `each`: whichever function, so that whoever acts for a patient knows for whom;
 * - `all`: it tells of anything, and opens to those alone who do all;
 * - by content: one of these opens it, and opening-function.ts says which; where there are others, these open to those who do all.
 */
export type OpeningFunctions =
  readonly ProxyFunction[] | 'each' | 'all' | { readonly byContent: readonly ProxyFunction[]; readonly others?: 'all' };

const record = ['read-record'] as const;
const results = ['read-results'] as const;
const documents = ['read-documents'] as const;
const messages = ['messages'] as const;
const appointments = ['appointments'] as const;
const pay = ['pay'] as const;

export const openingFunctions: Readonly<Record<string, OpeningFunctions>> = {
  Account: pay,
  AdverseEvent: record,
  AllergyIntolerance: record,
  Appointment: appointments,
  AppointmentResponse: appointments,
  Basic: 'all',
  Binary: { byContent: ['messages', 'read-documents', 'read-results', 'read-record', 'tasks'] },
  BodyStructure: record,
  CarePlan: record,
  CareTeam: record,
  ChargeItem: pay,
  Claim: pay,
  ClaimResponse: pay,
  ClinicalImpression: record,
  Communication: messages,
  CommunicationRequest: messages,
  Composition: documents,
  Condition: record,
  Consent: ['consent'],
  Contract: 'all',
  Coverage: pay,
  CoverageEligibilityRequest: pay,
  CoverageEligibilityResponse: pay,
  DetectedIssue: record,
  Device: record,
  DeviceRequest: record,
  DeviceUseStatement: record,
  DiagnosticReport: results,
  DocumentManifest: documents,
  DocumentReference: documents,
  Encounter: ['visits', 'read-record'],
  EnrollmentRequest: pay,
  EpisodeOfCare: record,
  ExplanationOfBenefit: pay,
  FamilyMemberHistory: record,
  Flag: record,
  Goal: record,
  GuidanceResponse: record,
  ImagingStudy: results,
  Immunization: record,
  ImmunizationEvaluation: record,
  ImmunizationRecommendation: record,
  Invoice: pay,
  // Favourites are for whoever writes messages; other lists are of anything.
  List: { byContent: ['messages'], others: 'all' },
  MeasureReport: record,
  Media: results,
  MedicationAdministration: record,
  MedicationDispense: record,
  MedicationRequest: record,
  MedicationStatement: record,
  MolecularSequence: results,
  NutritionOrder: record,
  Observation: { byContent: ['read-record', 'read-results'] },
  Patient: 'each',
  Person: ['profile'],
  Procedure: record,
  Provenance: 'all',
  QuestionnaireResponse: ['tasks', 'read-record'],
  // Proxies see their own relations in any case.
  RelatedPerson: ['profile', 'messages'],
  RequestGroup: record,
  ResearchSubject: record,
  RiskAssessment: record,
  Schedule: appointments,
  ServiceRequest: record,
  Specimen: results,
  SupplyDelivery: record,
  SupplyRequest: record,
  Task: ['tasks'],
  VisionPrescription: record,
};
