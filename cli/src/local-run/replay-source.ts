import type { Client } from '@jobico/client';
import { JobicoError, type OperationInput } from '@jobico/contract';
import { readComponent, recordedInputs, type ReplaySource } from './replay.ts';

const DEFAULT_TIMEOUT_MS = 30_000;

/** An execution, the component to run it with, and the grants and the deadline that it had, where they are still known. */
export async function findReplaySource(
  client: Client,
  input: OperationInput<'execution.get'>,
  componentFile: string | undefined,
): Promise<ReplaySource & { originalDigest: string | undefined }> {
  const own = componentFile === undefined ? undefined : await readComponent(componentFile);
  // What was not recorded is to be said before what is not kept.
  const execution = await client.call('execution.get', input);
  recordedInputs(execution);
  try {
    const { content, digest, config, secrets, timeoutMs } = await client.call('execution.inputs', input);
    const component = own ?? Buffer.from(content, 'base64');
    return { execution, component, config, secrets, timeoutMs, originalDigest: digest };
  } catch (error) {
    const isGone = error instanceof JobicoError && error.code === 'not-found';
    if (own === undefined || !isGone) throw error;
    return {
      execution,
      component: own,
      config: {},
      secrets: [],
      timeoutMs: DEFAULT_TIMEOUT_MS,
      originalDigest: undefined,
    };
  }
}
