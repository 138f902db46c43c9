import type { Client } from '@jobico/client';
import { parseExactJson, type OperationInput, type OperationOutput } from '@jobico/contract';
import { readInputs } from './replay-source.ts';

/** Puts the event of a recorded execution on its queue, as a new event with the same data and key. */
export async function sendAgain(
  client: Client,
  input: OperationInput<'execution.get'>,
): Promise<OperationOutput<'event.send'>> {
  const {
    execution,
    inputs: { data },
  } = await readInputs(client, input);
  const { name, key } = execution.event;
  const event = { tenant: input.tenant, event: name, data: [parseExactJson(data)] };
  return await client.call('event.send', { ...event, ...(key !== undefined && { key }) });
}
