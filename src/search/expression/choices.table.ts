/** Data types that `value[x]` and other choices take. https://hl7.org/fhir/R4/datatypes.html#open */
export const choiceTypes: readonly string[] = [
  ...[
    'base64Binary',
    'boolean',
    'canonical',
    'code',
    'date',
    'dateTime',
    'decimal',
    'id',
    'instant',
    'integer',
    'markdown',
  ],
  ...['oid', 'positiveInt', 'string', 'time', 'unsignedInt', 'uri', 'url', 'uuid', 'Address', 'Age', 'Annotation'],
  ...[
    'Attachment',
    'CodeableConcept',
    'Coding',
    'ContactPoint',
    'Count',
    'Distance',
    'Duration',
    'HumanName',
    'Identifier',
  ],
  ...[
    'Money',
    'Period',
    'Quantity',
    'Range',
    'Ratio',
    'Reference',
    'SampledData',
    'Signature',
    'Timing',
    'ContactDetail',
  ],
  ...['Contributor', 'DataRequirement', 'Expression', 'ParameterDefinition', 'RelatedArtifact', 'TriggerDefinition'],
  ...['UsageContext', 'Dosage', 'Meta'],
];

/** Elements of R4 that are choices in some type, named without `[x]`; a test compares them with the definitions. */
export const choiceElements: ReadonlySet<string> = new Set(
  [
    'abatement additive age allowed amount answer asNeeded author born bounds characteristic chargeItem code',
    'collected content created date deceased defaultValue definingSubstance definition detail diagnosis dose',
    'doseNumber due effective entity event example fastingStatus fixed identified indication item',
    'legallyBinding location manufacturer maxValue medication minValue minimumVolume module multipleBirth name',
    'occurred occurrence offset onset participantEffective pattern performed probability procedure product',
    'quantity rate reported scheduled seriesDoses serviced source start statusReason studyEffective subject',
    'substance target time timing topic used value when',
  ].flatMap(names => names.split(' ')),
);
