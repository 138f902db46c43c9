import type { Node as NodeState } from '@jobico/contract';
import type { StreamInfo } from '@nats-io/jetstream';
import type { Nats } from '../connection/connection.ts';
import { asUnavailable, isMissing } from '../connection/failures.ts';
import { bucketEntries } from '../reading/last-messages.ts';
import { DEADLETTERS, EXECUTIONS, NODES, PARKED, parseQueueStream, SCHEDULES } from '../subjects.ts';

/** A stream of an installation. */
export interface InstalledStream {
  name: string;
  messages: number;
  bytes: number;
  consumers: number;
  storage: 'file' | 'memory';
}

/**
 * The streams of an installation in the order in which they are to be saved, so that what moves on while it is done is in
 * what is saved later. What describes things comes first; then what the clock raised, before the queues that it goes to; then
 * what leaves the queues; last the records of it, and what jobs wrote before them. Not the running modules.
 */
export async function installedStreams({ jsm }: Nats): Promise<InstalledStream[]> {
  const found: InstalledStream[] = [];
  try {
    for await (const info of jsm.streams.list()) if (info.config.name !== `KV_${NODES}`) found.push(toldOf(info));
  } catch (error) {
    throw asUnavailable(error, 'the streams cannot be listed');
  }
  return found.sort((a, b) => placeOf(a.name) - placeOf(b.name) || (a.name < b.name ? -1 : 1));
}

function toldOf({ config: { name, storage }, state }: StreamInfo): InstalledStream {
  const { messages, bytes, consumer_count: consumers } = state;
  return { name, messages, bytes, consumers, storage: storage === 'memory' ? 'memory' : 'file' };
}

function placeOf(stream: string): number {
  if (stream.startsWith('KV_kv_')) return 7;
  if (stream.startsWith('KV_')) return 0;
  if (stream.startsWith('OBJ_')) return 1;
  if (stream === SCHEDULES) return 2;
  if (parseQueueStream(stream)) return 3;
  if (stream === PARKED) return 4;
  if (stream === DEADLETTERS) return 5;
  return stream === EXECUTIONS ? 6 : 2;
}

/** The modules that run on it. */
export async function runningModules(nats: Nats): Promise<NodeState[]> {
  try {
    return (await bucketEntries(nats, NODES, '>')).map(({ message }) => message.json<NodeState>());
  } catch (error) {
    if (isMissing((error as Error).cause)) return [];
    throw error;
  }
}

/** Removes a stream with all that it holds. */
export async function deleteStream({ jsm }: Nats, name: string): Promise<void> {
  try {
    await jsm.streams.delete(name);
  } catch (error) {
    if (!isMissing(error)) throw asUnavailable(error, `stream ${name} cannot be deleted`);
  }
}
