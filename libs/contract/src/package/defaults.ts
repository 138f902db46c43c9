/** What a package that says nothing of a field gets, in the form in which a package says it. */
export const DEFAULTS = {
  maximumAttempts: 5,
  initialInterval: 'PT1S',
  backoffCoefficient: 2,
  maximumInterval: 'PT1M',
  retryOrdering: 'keep',
  timeout: 'PT10S',
  concurrency: 16,
  ordering: 'strict',
  partitions: 1,
  storage: 'file',
  maxAge: 'P7D',
  access: 'read',
  webhookTolerance: 'PT5M',
  webhookAlgorithm: 'sha256',
  webhookEncoding: 'hex',
} as const;
