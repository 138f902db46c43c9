import { deadLetterOperations } from './dead-letter.ts';
import { eventOperations } from './event.ts';
import { executionOperations } from './execution.ts';
import { fileOperations } from './file.ts';
import { tenantLimitOperations } from './tenant-limits.ts';
import type { Input, Output } from './operation.ts';
import { packageOperations } from './package.ts';
import { platformOperations } from './platform.ts';
import { secretOperations } from './secret.ts';
import { tenantOperations } from './tenant.ts';
import { tokenOperations } from './token.ts';
import { queueOperations } from './queue.ts';

/** Every operation of the control plane, by name. */
export const operations = {
  ...packageOperations,
  ...fileOperations,
  ...eventOperations,
  ...executionOperations,
  ...deadLetterOperations,
  ...queueOperations,
  ...platformOperations,
  ...tenantLimitOperations,
  ...secretOperations,
  ...tenantOperations,
  ...tokenOperations,
};

export type OperationName = keyof typeof operations;
export type OperationInput<N extends OperationName> = Input<(typeof operations)[N]>;
export type OperationOutput<N extends OperationName> = Output<(typeof operations)[N]>;
export type StreamName = {
  [N in OperationName]: (typeof operations)[N] extends { isStream: true } ? N : never;
}[OperationName];

export const OPERATION_NAMES = Object.keys(operations) as OperationName[];
