import type { Client } from '@jobico/client';
import { JobicoError, type ExecutionInputs, type OperationInput, type OperationOutput } from '@jobico/contract';
import { readComponent, recordedInputs, type ReplaySource } from './replay.ts';

const DEFAULT_TIMEOUT_MS = 30_000;

/** An execution, the component to run it with, and the grants and the deadline that it had, where they are still known. */
export async function findReplaySource(
  client: Client,
  input: OperationInput<'execution.get'>,
  componentFile: string | undefined,
): Promise<ReplaySource & { originalDigest: string | undefined }> {
  const own = componentFile === undefined ? undefined : await readComponent(componentFile);
  const { execution, inputs, ran } = await readInputs(client, input);
  const component = own ?? (ran && Buffer.from(ran.content, 'base64'));
  if (component === undefined) {
    const { version, package: id } = execution;
    throw new JobicoError(
      'not-found',
      `version ${version} of package ${id}, which this execution ran, is not kept any more`,
      { hint: 'Replay it with a component of yours: --component <file.wasm>' },
    );
  }
  const { config = {}, secrets = [], timeoutMs = DEFAULT_TIMEOUT_MS, digest: originalDigest } = ran ?? {};
  return { execution, inputs, component, config, secrets, timeoutMs, originalDigest };
}

/**
 * An execution with what it was given. Throws `not-found` or `too-large` where not enough of it was kept, and `denied`
 * with the role that it takes.
 */
export async function readInputs(
  client: Client,
  input: OperationInput<'execution.get'>,
): Promise<OperationOutput<'execution.inputs'> & { inputs: ExecutionInputs }> {
  try {
    const answer = await client.call('execution.inputs', input);
    return { ...answer, inputs: recordedInputs(answer) };
  } catch (error) {
    if (!(error instanceof JobicoError) || error.code !== 'denied') throw error;
    const { code, message, details } = error;
    throw new JobicoError(code, message, {
      hint: 'To replay takes the role deployer: what the host answered a job is not for every viewer.',
      details,
      cause: error,
    });
  }
}
