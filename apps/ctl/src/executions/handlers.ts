import { JobicoError } from '@jobico/contract';
import type { Recorder } from '@jobico/messaging';
import type { Handlers, Streams } from '../operations.ts';

type ExecutionHandlers = Pick<Handlers, 'execution.list' | 'execution.get' | 'execution.logs'>;

const DEFAULT_LIMIT = 50;

export function createExecutionHandlers({ recorder }: { recorder: Recorder }): ExecutionHandlers {
  const found = async (tenant: string, id: string) => {
    const execution = await recorder.get(tenant, id);
    if (execution) return execution;
    throw new JobicoError('not-found', `no execution ${id} of tenant ${tenant}`, {
      hint: 'Executions are kept for seven days: `jobico execution list` shows them.',
    });
  };
  return {
    'execution.list': (input) => recorder.list({ ...input, limit: input.limit ?? DEFAULT_LIMIT }),
    'execution.get': ({ tenant, execution }) => found(tenant, execution),
    'execution.logs': async ({ tenant, execution }) => ({ items: (await found(tenant, execution)).logs }),
  };
}

export function createExecutionStreams({ recorder }: { recorder: Recorder }): Pick<Streams, 'execution.watch'> {
  return {
    async *'execution.watch'(input, { signal, afterSequence }) {
      const query = { ...input, ...(afterSequence !== undefined && { afterSequence }) };
      for await (const { sequence, execution } of recorder.watch(query, signal)) yield { sequence, item: execution };
    },
  };
}
