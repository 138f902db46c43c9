// What a job's calls mean, for those who run one job without a platform.
export { EXECUTION_LIMITS } from '../sandboxes/components.ts';
export { checkRequest } from './http/check-request.ts';
export { meaningOf, refusal } from './http/refusal.ts';
export { isGranted } from './http/targets.ts';
export { callKv } from './kv.ts';
