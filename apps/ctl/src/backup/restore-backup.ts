import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { JobicoError, nearest } from '@jobico/contract';
import {
  completeOutgoing,
  deleteStream,
  installedStreams,
  restoreStream,
  runningModules,
  type InstalledStream,
  type Nats,
} from '@jobico/messaging';
import { sizeOf } from './create-backup.ts';
import { readManifest, type Manifest, type SavedStream } from './manifest.ts';
import { assertWhole } from './verify-backup.ts';

export interface RestoreOptions {
  folder: string;
  /** Names of streams; left out, all of the backup. */
  only?: readonly string[] | undefined;
  /** Names of streams that hold something and are deleted for those of the backup. */
  replace?: readonly string[] | undefined;
  onStep?: (message: string) => void;
}

export interface Restored {
  streams: { name: string; messages: number; consumers: number }[];
  /** Events that were put on queues because the outcomes that raised them were saved later than the queues. */
  completed: number;
}

/**
 * Brings the streams of a backup into an installation on which no module runs. Everything is checked before anything is
 * changed: throws `conflict` where modules run, or streams hold something that nobody said may go; `invalid` for a damaged
 * backup; `usage` for streams that it does not hold.
 */
export async function restoreBackup(nats: Nats, options: RestoreOptions): Promise<Restored> {
  const { folder, only, replace = [], onStep } = options;
  const manifest = await readManifest(folder);
  const chosen = chosenStreams(manifest, only);
  namedStreams(manifest, replace, '--replace');
  await assertNobodyRuns(nats);
  const installed = await installedStreams(nats);
  assertRoom(installed, chosen, { replace, isPart: only !== undefined });
  await assertWhole(folder, chosen, onStep);
  const there = new Set(installed.map(({ name }) => name));
  for (const [index, stream] of chosen.entries()) {
    const { name, messages, bytes, head, file } = stream;
    onStep?.(`${index + 1} of ${chosen.length}  ${name}: ${sizeOf(messages, bytes)}`);
    if (there.has(name)) await deleteStream(nats, name);
    await restoreStream(nats, head, createReadStream(join(folder, file)));
  }
  const completed = only === undefined ? await completeOutgoing(nats, Date.parse(manifest.startedAt)) : 0;
  return { streams: chosen.map(({ name, messages, consumers }) => ({ name, messages, consumers })), completed };
}

function chosenStreams(manifest: Manifest, only: readonly string[] | undefined): SavedStream[] {
  if (only === undefined) return manifest.streams;
  return namedStreams(manifest, only, '--only');
}

function namedStreams({ streams }: Manifest, names: readonly string[], flag: string): SavedStream[] {
  const known = streams.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return streams.filter(({ name }) => names.includes(name));
  const suggestion = nearest(unknown, known);
  throw new JobicoError('usage', `${flag}: the backup holds no stream ${unknown}`, {
    hint: suggestion === undefined ? `It holds ${known.join(', ')}.` : `Did you mean ${suggestion}?`,
  });
}

/** A module would go on with what it knows, and write it into what is restored. */
async function assertNobodyRuns(nats: Nats): Promise<void> {
  const modules = await runningModules(nats);
  if (modules.length === 0) return;
  const names = modules.map(({ module, host, pid }) => `${module} (${host}, process ${pid})`).join(', ');
  throw new JobicoError('conflict', `modules are running on this NATS: ${names}`, {
    hint: 'Stop them, and restore then. One that was killed is forgotten within 15 seconds.',
  });
}

function assertRoom(
  installed: readonly InstalledStream[],
  chosen: readonly SavedStream[],
  { replace, isPart }: { replace: readonly string[]; isPart: boolean },
): void {
  const names = new Set(chosen.map(({ name }) => name));
  const inTheWay = installed.filter(
    ({ name, messages }) => messages > 0 && !replace.includes(name) && (names.has(name) || !isPart),
  );
  if (inTheWay.length === 0) return;
  const streams = inTheWay.map(({ name }) => name);
  throw new JobicoError('conflict', `the installation is not empty: ${streams.join(', ')}`, {
    hint: 'Restore into an empty one; or name with --only what to restore, and with --replace what may be deleted for it.',
    details: { streams },
  });
}
