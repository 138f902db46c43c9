import { parseExactJson, type Execution } from '@jobico/contract';

/** A record as it was written: the numbers in its results and events keep their digits when it is written again. */
export function readExecution(message: { string(): string }): Execution {
  return parseExactJson(message.string(), Infinity) as Execution;
}
