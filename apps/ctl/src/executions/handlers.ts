import { JobicoError, type Execution } from '@jobico/contract';
import { timeOfId, type Recorder } from '@jobico/messaging';
import type { Handlers, StreamItem, Streams } from '../operations.ts';
import { createCancel, type CancelDeps } from './cancel.ts';
import { ranBy, type InputsStores } from './inputs.ts';

type ExecutionHandlers = Pick<
  Handlers,
  'execution.list' | 'execution.get' | 'execution.logs' | 'execution.inputs' | 'execution.cancel'
>;

export interface ExecutionDeps extends InputsStores, CancelDeps {
  recorder: Recorder;
}

const DEFAULT_LIMIT = 50;

export function createExecutionHandlers({ recorder, ...stores }: ExecutionDeps): ExecutionHandlers {
  const found = async (tenant: string, id: string) => {
    const execution = await recorder.get(tenant, id);
    if (execution) return execution;
    throw unknown(tenant, id);
  };
  return {
    'execution.list': (input) => recorder.list({ ...input, limit: input.limit ?? DEFAULT_LIMIT }),
    'execution.get': ({ tenant, execution }) => found(tenant, execution),
    'execution.cancel': createCancel(stores),
    'execution.inputs': async ({ tenant, execution: id }) => {
      const execution = await found(tenant, id);
      const [inputs, ran] = await Promise.all([recorder.inputs(tenant, id), ranBy(stores, execution)]);
      return { execution, ...(inputs && { inputs }), ...(ran && { ran }) };
    },
    'execution.logs': async ({ tenant, execution }) => ({ items: (await found(tenant, execution)).logs }),
  };
}

function unknown(tenant: string, id: string): JobicoError {
  return new JobicoError('not-found', `no execution ${id} of tenant ${tenant}`, {
    hint: 'Executions are kept for seven days: `jobico execution list` shows them.',
  });
}

export interface StreamDeps {
  recorder: Recorder;
  /** Of the last execution that was recorded. */
  lastSequence: () => Promise<number>;
}

type ExecutionStreams = Pick<Streams, 'execution.watch' | 'execution.follow'>;

export function createExecutionStreams({ recorder, lastSequence }: StreamDeps): ExecutionStreams {
  return {
    async 'execution.watch'(input, { signal, afterSequence }) {
      const after = afterSequence ?? (await lastSequence());
      return items(recorder.watch({ ...input, afterSequence: after }, signal));
    },
    async 'execution.follow'(input, { signal, afterSequence }) {
      const { tenant, execution } = input;
      if (execution !== undefined && timeOfId(execution) === undefined) throw unknown(tenant, execution);
      const after = afterSequence ?? (execution === undefined ? await lastSequence() : undefined);
      return recorder.follow({ ...input, afterSequence: after }, signal);
    },
  };
}

async function* items(watched: ReturnType<Recorder['watch']>): AsyncGenerator<StreamItem<Execution>> {
  for await (const { sequence, execution } of watched) yield { sequence, item: execution };
}
