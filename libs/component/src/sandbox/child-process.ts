import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, getPriority, setPriority } from 'node:os';
import type { Duplex, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { JobicoError } from '@jobico/contract';

import { bondToParent } from '../bond-to-parent.ts';
import { ownFile } from '../own-file.ts';
import { sandboxFlags } from './flags.ts';
import type { SandboxMemory } from './flags.ts';
import { createFrameReader, encodeFrame } from './frames.ts';
import type { FrameLimits, OnFrame } from './frames.ts';
import { openProgress } from './progress.ts';
import { CHANNEL_FD } from './wire.ts';
import type { MessageToSandbox } from './wire.ts';

/**
 * What may lie here for a sandbox that does not read: everything that an honest one is sent while its guest keeps the
 * thread, events and large answers, fits in.
 */
const MAX_BACKLOG_BYTES = 128 << 20;

/** What is kept of what a sandbox's runtime wrote before it died. */
const KEPT_OUTPUT = 4096;

/**
 * Steps of niceness behind the supervisor. A guest that computes keeps a core for good, and the supervisor, who hands out
 * everybody's events, would wait for it as one among equals; a guest that has little to do is hardly held up.
 */
const STEPS_BEHIND = 5;

/** The process of a sandbox, seen as a pipe for messages and an end. */
export interface SandboxProcess {
  readonly pid: number;
  send(message: MessageToSandbox, bytes?: Uint8Array): void;
  /** SIGKILL; nothing that it still said is read. */
  kill(): void;
  /** The event whose guest has the thread, as the sandbox tells it; also after its end, until `forget`. */
  inside(): number | undefined;
  /** Frees what was kept of a process that has ended. */
  forget(): void;
  /** Resolves with how it ended. */
  readonly ended: Promise<ProcessEnd>;
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of its standard error: V8 writes there why it gave up. */
  readonly output: string;
}

export interface ProcessOptions extends SandboxMemory {
  /** For tests that speak for a sandbox: the program to run in its place. */
  readonly program?: URL;
  readonly frameLimits: () => FrameLimits;
  readonly onFrame: OnFrame;
  /** Everything that came in one piece has been read. */
  readonly onChunkEnd: () => void;
  /** Its stream of frames is broken or too large, or it does not read its own. It may be read no further. */
  readonly onBrokenStream: (error: unknown) => void;
}

export function spawnSandbox(options: ProcessOptions): SandboxProcess {
  const program = options.program ?? ownFile('inside/main', import.meta.url);
  const path = fileURLToPath(program);
  const progress = openProgress();
  const [command, ...args] = [...bondToParent(), process.execPath, ...sandboxFlags(options, path), path];
  const child = spawn(command, args, {
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', progress.fd],
  });
  // A failed spawn has no pid; a failed kill finds the process gone.
  child.on('error', () => undefined);
  if (child.pid === undefined) {
    progress.close();
    throw new JobicoError('unavailable', 'A sandbox process could not be started.');
  }
  giveWay(child.pid);
  const channel = child.stdio[CHANNEL_FD] as Duplex;
  readFrames(channel, options);
  const output = keepEnd(child.stderr);
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, output: output() }));
  return {
    pid: child.pid,
    send(message, bytes) {
      channel.write(encodeFrame(message, bytes));
      if (channel.writableLength > MAX_BACKLOG_BYTES) options.onBrokenStream(new Error('it does not read'));
    },
    kill() {
      channel.destroy();
      child.kill('SIGKILL');
    },
    inside: () => progress.read(),
    forget: () => progress.close(),
    ended,
  };
}

/** Before the process has threads, which would keep the priority they were started with. */
function giveWay(pid: number): void {
  try {
    setPriority(pid, Math.min(constants.priority.PRIORITY_LOW, getPriority() + STEPS_BEHIND));
  } catch {
    // It has ended already, or the system does not let us: it runs as it is.
  }
}

function readFrames(channel: Duplex, { frameLimits, onFrame, onChunkEnd, onBrokenStream }: ProcessOptions): void {
  const read = createFrameReader(frameLimits, (message, bytes) => {
    // What comes after a kill in the same chunk is not read.
    if (!channel.destroyed) onFrame(message, bytes);
  });
  channel.on('data', (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      onBrokenStream(error);
    }
    onChunkEnd();
  });
  // Its end is told by the process's end.
  channel.on('error', () => undefined);
}

function keepEnd(stream: Readable | null): () => string {
  let kept = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => {
    kept = (kept + text).slice(-KEPT_OUTPUT);
  });
  return () => kept;
}
