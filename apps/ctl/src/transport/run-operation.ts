import type { OperationChecks, OperationOutput } from '@jobico/contract';
import type { Call, CallName, Handlers } from '../operations.ts';

/** Runs an operation the same way whatever it came by: its input is checked, and in tests its output too. */
export async function runOperation<N extends CallName>(
  name: N,
  input: unknown,
  call: Call,
  { handlers, checks, checkOutputs }: { handlers: Handlers; checks: OperationChecks; checkOutputs: boolean },
): Promise<OperationOutput<N>> {
  const output = await handlers[name](checks.input(name, input), call);
  // Holds a copy against the table, as it will travel: what JSON drops is not there.
  if (checkOutputs) checks.output(name, JSON.parse(JSON.stringify(output)));
  return output;
}
