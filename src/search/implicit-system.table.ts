/**
 * The code system of parameters on elements of type `code`, whose JSON does not name it: `gender` finds
 * `http://hl7.org/fhir/administrative-gender|male`. Taken from HL7's required bindings to value sets of one system; a
 * test compares them. https://hl7.org/fhir/R4/search.html#token
 */
const paramsOf: Readonly<Record<string, string>> = {
  'http://hl7.org/fhir/CodeSystem/medication-statement-status': 'MedicationStatement.status',
  'http://hl7.org/fhir/CodeSystem/medication-status': 'Medication.status',
  'http://hl7.org/fhir/CodeSystem/medicationrequest-intent': 'MedicationRequest.intent',
  'http://hl7.org/fhir/CodeSystem/medicationrequest-status': 'MedicationRequest.status',
  'http://hl7.org/fhir/account-status': 'Account.status',
  'http://hl7.org/fhir/address-use':
    'InsurancePlan.address-use Location.address-use Organization.address-use Patient.address-use Person.address-use Practitioner.address-use RelatedPerson.address-use',
  'http://hl7.org/fhir/administrative-gender': 'Patient.gender Person.gender Practitioner.gender RelatedPerson.gender',
  'http://hl7.org/fhir/adverse-event-actuality': 'AdverseEvent.actuality',
  'http://hl7.org/fhir/allergy-intolerance-category': 'AllergyIntolerance.category',
  'http://hl7.org/fhir/allergy-intolerance-criticality': 'AllergyIntolerance.criticality',
  'http://hl7.org/fhir/allergy-intolerance-type': 'AllergyIntolerance.type',
  'http://hl7.org/fhir/appointmentstatus': 'Appointment.status',
  'http://hl7.org/fhir/audit-event-action': 'AuditEvent.action',
  'http://hl7.org/fhir/audit-event-outcome': 'AuditEvent.outcome',
  'http://hl7.org/fhir/bundle-type': 'Bundle.type',
  'http://hl7.org/fhir/care-team-status': 'CareTeam.status',
  'http://hl7.org/fhir/claim-use': 'Claim.use ClaimResponse.use',
  'http://hl7.org/fhir/codesystem-content-mode': 'CodeSystem.content-mode',
  'http://hl7.org/fhir/compartment-type': 'CompartmentDefinition.code',
  'http://hl7.org/fhir/composition-status': 'Composition.status',
  'http://hl7.org/fhir/consent-state-codes': 'Consent.status',
  'http://hl7.org/fhir/contract-status': 'Contract.status',
  'http://hl7.org/fhir/device-status': 'Device.status',
  'http://hl7.org/fhir/diagnostic-report-status': 'DiagnosticReport.status',
  'http://hl7.org/fhir/document-reference-status': 'DocumentManifest.status DocumentReference.status',
  'http://hl7.org/fhir/document-relationship-type': 'DocumentReference.relation',
  'http://hl7.org/fhir/encounter-status': 'Encounter.status',
  'http://hl7.org/fhir/endpoint-status': 'Endpoint.status',
  'http://hl7.org/fhir/episode-of-care-status': 'EpisodeOfCare.status',
  'http://hl7.org/fhir/event-status':
    'ClinicalImpression.status Communication.status Immunization.status Media.status Procedure.status',
  'http://hl7.org/fhir/explanationofbenefit-status': 'ExplanationOfBenefit.status',
  'http://hl7.org/fhir/extension-context-type': 'StructureDefinition.ext-context',
  'http://hl7.org/fhir/fm-status':
    'Claim.status ClaimResponse.status Coverage.status CoverageEligibilityRequest.status CoverageEligibilityResponse.status EnrollmentRequest.status EnrollmentResponse.status PaymentNotice.status PaymentReconciliation.status VisionPrescription.status',
  'http://hl7.org/fhir/goal-status': 'Goal.lifecycle-status',
  'http://hl7.org/fhir/group-type': 'Group.type',
  'http://hl7.org/fhir/history-status': 'FamilyMemberHistory.status',
  'http://hl7.org/fhir/imagingstudy-status': 'ImagingStudy.status',
  'http://hl7.org/fhir/invoice-status': 'Invoice.status',
  'http://hl7.org/fhir/list-status': 'List.status',
  'http://hl7.org/fhir/location-status': 'Location.status',
  'http://hl7.org/fhir/measure-report-status': 'MeasureReport.status',
  'http://hl7.org/fhir/message-significance-category': 'MessageDefinition.category',
  'http://hl7.org/fhir/metric-category': 'DeviceMetric.category',
  'http://hl7.org/fhir/namingsystem-identifier-type': 'NamingSystem.id-type',
  'http://hl7.org/fhir/namingsystem-type': 'NamingSystem.kind',
  'http://hl7.org/fhir/observation-status': 'Observation.status',
  'http://hl7.org/fhir/operation-kind': 'OperationDefinition.kind',
  'http://hl7.org/fhir/participationstatus': 'Appointment.part-status AppointmentResponse.part-status',
  'http://hl7.org/fhir/publication-status':
    'ActivityDefinition.status CapabilityStatement.status ChargeItemDefinition.status CodeSystem.status CompartmentDefinition.status ConceptMap.status EffectEvidenceSynthesis.status EventDefinition.status Evidence.status EvidenceVariable.status ExampleScenario.status GraphDefinition.status ImplementationGuide.status InsurancePlan.status Library.status Measure.status MessageDefinition.status NamingSystem.status OperationDefinition.status PlanDefinition.status Questionnaire.status ResearchDefinition.status ResearchElementDefinition.status RiskEvidenceSynthesis.status SearchParameter.status StructureDefinition.status StructureMap.status TerminologyCapabilities.status TestScript.status ValueSet.status',
  'http://hl7.org/fhir/questionnaire-answers-status': 'QuestionnaireResponse.status',
  'http://hl7.org/fhir/reaction-event-severity': 'AllergyIntolerance.severity',
  'http://hl7.org/fhir/remittance-outcome':
    'ClaimResponse.outcome CoverageEligibilityResponse.outcome PaymentReconciliation.outcome',
  'http://hl7.org/fhir/report-result-codes': 'TestReport.result',
  'http://hl7.org/fhir/request-intent':
    'CarePlan.intent DeviceRequest.intent RequestGroup.intent ServiceRequest.intent',
  'http://hl7.org/fhir/request-priority':
    'CommunicationRequest.priority MedicationRequest.priority RequestGroup.priority ServiceRequest.priority Task.priority',
  'http://hl7.org/fhir/request-status':
    'CarePlan.status CommunicationRequest.status DeviceRequest.status NutritionOrder.status RequestGroup.status ServiceRequest.status',
  'http://hl7.org/fhir/research-study-status': 'ResearchStudy.status',
  'http://hl7.org/fhir/research-subject-status': 'ResearchSubject.status',
  'http://hl7.org/fhir/resource-types':
    'CapabilityStatement.resource CompartmentDefinition.resource GraphDefinition.start MessageDefinition.focus Questionnaire.subject-type SearchParameter.base SearchParameter.target',
  'http://hl7.org/fhir/response-code': 'MessageHeader.code',
  'http://hl7.org/fhir/restful-capability-mode': 'CapabilityStatement.mode',
  'http://hl7.org/fhir/search-param-type': 'SearchParameter.type',
  'http://hl7.org/fhir/sequence-type': 'MolecularSequence.type',
  'http://hl7.org/fhir/slotstatus': 'Slot.status',
  'http://hl7.org/fhir/specimen-status': 'Specimen.status',
  'http://hl7.org/fhir/structure-definition-kind': 'StructureDefinition.kind',
  'http://hl7.org/fhir/subscription-channel-type': 'Subscription.type',
  'http://hl7.org/fhir/subscription-status': 'Subscription.status',
  'http://hl7.org/fhir/substance-status': 'Substance.status',
  'http://hl7.org/fhir/supplydelivery-status': 'SupplyDelivery.status',
  'http://hl7.org/fhir/supplyrequest-status': 'SupplyRequest.status',
  'http://hl7.org/fhir/task-status': 'Task.status',
  'http://hl7.org/fhir/type-derivation-rule': 'StructureDefinition.derivation',
  'http://terminology.hl7.org/CodeSystem/medication-admin-status':
    'ImmunizationEvaluation.status MedicationAdministration.status',
  'http://terminology.hl7.org/CodeSystem/medicationdispense-status': 'MedicationDispense.status',
  'http://terminology.hl7.org/CodeSystem/medicationknowledge-status': 'MedicationKnowledge.status',
  'http://terminology.hl7.org/CodeSystem/v3-Confidentiality': 'Composition.confidentiality',
  'urn:ietf:bcp:13':
    'CapabilityStatement.format DocumentReference.contenttype Library.content-type Subscription.payload',
  'urn:ietf:bcp:47': 'CodeSystem.language DocumentReference.language',
};

/** `{Type}.{code}` → system. */
export const implicitSystems: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(paramsOf).flatMap(([system, params]) => params.split(' ').map(param => [param, system])),
);
