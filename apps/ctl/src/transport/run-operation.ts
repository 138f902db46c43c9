import {
  isTooDeep,
  JobicoError,
  MAX_JSON_DEPTH,
  operations,
  type Caller,
  type OperationChecks,
  type OperationName,
  type OperationOutput,
} from '@jobico/contract';
import type { Access } from '@jobico/messaging';
import type { Call, CallName, Handlers } from '../operations.ts';

export interface RunDeps {
  handlers: Handlers;
  access: Access;
  checks: OperationChecks;
  /** Whether answers are held against the operation table too; tests do. */
  checkOutputs: boolean;
  /** Whether NATS is there. */
  isConnected: () => boolean;
}

/** Runs an operation the same way whatever it came by: who may, its input is checked, and in tests its output too. */
export async function runOperation<N extends CallName>(
  name: N,
  input: unknown,
  call: Call,
  { handlers, access, checks, checkOutputs, isConnected }: RunDeps,
): Promise<OperationOutput<N>> {
  authorise(access, call.caller, name, input);
  if (call.text !== undefined && isTooDeep(call.text)) throw tooDeep(name);
  const checked = checks.input(name, input);
  let output: OperationOutput<N>;
  try {
    output = await handlers[name](checked, call);
  } catch (error) {
    throw asAway(error, isConnected());
  }
  // Holds a copy against the table, as it will travel: what JSON drops is not there.
  if (checkOutputs) checks.output(name, JSON.parse(JSON.stringify(output)));
  return output;
}

/** Throws `denied` before anything is said of the input, or looked up. */
export function authorise(access: Access, caller: Caller, name: OperationName, input: unknown): void {
  const { tenant } = (input ?? {}) as { tenant?: unknown };
  access.authorise(caller, {
    name,
    role: operations[name].role,
    tenant: typeof tenant === 'string' ? tenant : undefined,
  });
}

/** Whoever walks what is nested deeper runs out of stack. */
function tooDeep(name: OperationName): JobicoError {
  const code = 'definition' in operations[name].input.properties ? 'package-invalid' : 'invalid';
  return new JobicoError(code, `${name}: the request is nested deeper than ${MAX_JSON_DEPTH} levels`, {
    faults: [{ path: '', message: 'is nested too deep', allowed: `at most ${MAX_JSON_DEPTH} levels in all` }],
  });
}

/** How nats.js names what happens when a server, or the leader of a stream, does not answer. */
const AWAY = new Set([
  'TimeoutError',
  'NoResponders',
  'RequestError',
  'ConnectionError',
  'ClosedConnectionError',
  'DrainingConnectionError',
]);

/** What nats.js throws while NATS is away, as `unavailable`; every other error as it is. */
export function asAway(error: unknown, isConnected: boolean): unknown {
  if (error instanceof JobicoError || !(error instanceof Error)) return error;
  if (isConnected && !AWAY.has(error.name)) return error;
  return new JobicoError('unavailable', 'NATS does not answer', {
    hint: 'Try again: the control plane reconnects by itself.',
    cause: error,
  });
}
