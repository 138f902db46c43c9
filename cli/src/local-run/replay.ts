import { readFile } from 'node:fs/promises';
import { inspectComponent } from '@jobico/component';
import { JobicoError, type Execution, type ExecutionInputs, type OperationOutput } from '@jobico/contract';
import { EXECUTION_LIMITS } from '@jobico/executor/host';
import { createReplayAnswers, type Match } from './replay-answers.ts';
import { secretConfig, withoutSecrets } from './local-secrets.ts';
import { runEvent, type LocalRun } from './run-event.ts';

type Ran = NonNullable<OperationOutput<'execution.inputs'>['ran']>;

export interface ReplaySource extends Pick<Ran, 'config' | 'secrets' | 'timeoutMs'> {
  execution: Execution;
  inputs: ExecutionInputs;
  component: Uint8Array;
}

/** A recorded execution and what came of it again. */
export interface Replay {
  execution: string;
  /** Whether outcome, logs, calls and raised events are the same. */
  same: boolean;
  differences: { outcome: boolean; logs: boolean; calls: boolean; raised: boolean };
  component: { digest: string; isOriginal: boolean };
  recorded: Seen;
  replayed: Seen & Pick<LocalRun, 'durationMs' | 'memoryBytes'>;
}

/** What of a run is compared. */
export type Seen = Pick<LocalRun, 'ok' | 'result' | 'error' | 'raised'> & {
  logs: { level: string; message: string }[];
  calls: LocalRun['calls'];
  /** Of a replay, how each call was answered. */
  matches?: Match[];
};

const MEMORY_MIB = 64;

/** Throws `not-found` or `too-large` for an execution of which not enough was recorded. */
export function recordedInputs({
  execution: { id, job },
  inputs,
}: Pick<OperationOutput<'execution.inputs'>, 'execution' | 'inputs'>): ExecutionInputs {
  if (inputs === undefined) {
    throw new JobicoError('not-found', `the inputs of execution ${id} were not recorded`, {
      hint: `Say \`record: inputs\` (or failures) in the job of ${job || 'the package'} and deploy: later executions can be replayed.`,
    });
  }
  if (inputs.isCut) {
    throw new JobicoError('too-large', `execution ${id} had more inputs than a record keeps: it cannot be replayed`, {
      hint: 'The limit is in docs/reference/limits.md.',
    });
  }
  return inputs;
}

/** Runs a recorded execution again on this machine, against the answers that it had, and compares. */
export async function replay(
  { execution, inputs, component, config, secrets: granted, timeoutMs }: ReplaySource,
  { secrets = {}, originalDigest }: { secrets?: Readonly<Record<string, string>>; originalDigest: string | undefined },
): Promise<Replay> {
  const { artifact, digest } = await inspectComponent(component);
  const answers = createReplayAnswers(inputs.calls);
  const matches: Match[] = [];
  const { id, name, key, time } = execution.event;
  const ran = await runEvent({
    component: {
      artifact,
      mode: 'jspi',
      config: { ...config, ...secretConfig(granted, secrets, '--secret ') },
      limits: EXECUTION_LIMITS,
    },
    event: { id, tenant: execution.tenant, name, key, time, attempt: execution.attempt, data: inputs.data },
    timeoutMs,
    memoryMiB: MEMORY_MIB,
    answer: (call, raised) => {
      const { answer, match } = answers.answer(call);
      matches.push(match);
      if (call.kind === 'outbox.emit' && answer.ok) {
        const { event, data, key: own } = call.args;
        raised.push({ event, ...(own !== undefined && { key: own }), data: JSON.parse(data) as unknown });
      }
      return Promise.resolve(answer);
    },
  });
  const run = withoutSecrets(ran, secrets);
  const recorded = seenOf(execution, inputs);
  const { durationMs, memoryBytes, logs, ...rest } = run;
  const replayed = {
    ...rest,
    logs: logs.map(({ level, message }) => ({ level, message })),
    matches,
    durationMs,
    memoryBytes,
  };
  const differences = {
    outcome: textOf([recorded.ok, recorded.result, recorded.error]) !== textOf([run.ok, run.result, run.error]),
    logs: textOf(recorded.logs) !== textOf(replayed.logs),
    calls: matches.some((match) => match !== 'same') || answers.unasked().length > 0,
    // The key of a raised event may be the one of its cause, which is no part of what the job says.
    raised: textOf(recorded.raised.map(toRaised)) !== textOf(run.raised.map(toRaised)),
  };
  return {
    execution: execution.id,
    same: !Object.values(differences).includes(true),
    differences,
    component: { digest, isOriginal: digest === originalDigest },
    recorded,
    replayed,
  };
}

function seenOf({ status, result, error, emitted, logs }: Execution, { calls }: ExecutionInputs): Seen {
  const ok = status === 'ok';
  const raised = emitted.filter(({ route }) => route === 'emit');
  return {
    ok,
    ...(ok && result !== null && { result }),
    ...(error && { error }),
    raised: raised.map(({ event, key, data }) => ({ event, ...(key !== undefined && { key }), data })),
    logs: logs.map(({ level, message }) => ({ level, message })),
    calls,
  };
}

const toRaised = ({ event, data }: Seen['raised'][number]): unknown => [event, data];
const textOf = (value: unknown): string => JSON.stringify(value);

/** The component of a file, for a replay with another one than the one that ran. */
export async function readComponent(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new JobicoError('usage', `--component: there is no file ${file}`, { cause });
  }
}
