import { JobicoError } from '@jobico/contract';

import { answerCall } from './answers.ts';
import { sizeOfRequest } from './calls.ts';
import { spawnSandbox } from './child-process.ts';
import type { ProcessEnd, SandboxProcess } from './child-process.ts';
import { Flights } from './flights.ts';
import { messagesOf, readIncoming, readLogs, readOutcome, Violation } from './incoming.ts';
import type { Incoming } from './incoming.ts';
import { createLoads } from './loads.ts';
import type { Loads } from './loads.ts';
import { toOutcome } from './outcomes.ts';
import type {
  Dispatch,
  HostCall,
  LoadedComponent,
  Sandbox,
  SandboxExit,
  SandboxOptions,
  SandboxOutcome,
} from './sandbox.ts';
import { TO_SANDBOX } from './wire.ts';

const DEFAULT_MEMORY_BYTES = 128 << 20;
/** Of JavaScript, beside the memories of components. */
export const DEFAULT_HEAP_BYTES = 256 << 20;

/**
 * The supervisor's end of a sandbox. It believes nothing: every message is checked against what is in flight, and the
 * first that does not fit kills the process.
 */
export class ProcessSandbox implements Sandbox {
  /** Resolves when the process has said that it is ready; rejects if it ends before. */
  readonly ready: Promise<void>;
  readonly exited: Promise<SandboxExit>;
  readonly #options: SandboxOptions;
  readonly #process: SandboxProcess;
  readonly #flights = new Flights();
  readonly #loads: Loads = createLoads();
  readonly #ready = Promise.withResolvers<void>();
  #isReady = false;
  /** `performance.now()` when it last said something. */
  #heardAt = 0;
  #outcomes: SandboxOutcome[] = [];
  #ending: { reason: SandboxExit['reason']; message: string } | undefined;

  /** Tests give a `program` that says what no honest sandbox says. */
  constructor(options: SandboxOptions, program?: URL) {
    this.#options = options;
    this.ready = this.#ready.promise;
    this.#process = spawnSandbox({
      maxMemoryBytes: options.maxMemoryBytes ?? DEFAULT_MEMORY_BYTES,
      maxHeapBytes: options.maxHeapBytes ?? DEFAULT_HEAP_BYTES,
      ...(program && { program }),
      frameLimits: () => this.#loads.frameLimits,
      onFrame: (frame, bytes) => this.#receiveAll(frame, bytes),
      onChunkEnd: () => {
        this.#heardAt = performance.now();
        this.#deliver();
      },
      onBrokenStream: (error) => this.#end('violation', error instanceof Error ? error.message : String(error)),
    });
    this.exited = this.#process.ended.then((processEnd) => this.#buried(processEnd));
  }

  get pid(): number {
    return this.#process.pid;
  }

  get state(): Sandbox['state'] {
    if (this.#ending !== undefined) return 'dead';
    return this.#flights.size > 0 || this.#loads.isLoading ? 'busy' : 'idle';
  }

  async load(component: LoadedComponent): Promise<void> {
    this.#requireLife();
    const { message, bytes, loaded } = this.#loads.begin(component);
    this.#process.send(message, bytes);
    await loaded;
  }

  unload(key: string): void {
    const number = this.#loads.forget(key);
    if (number !== undefined && this.state !== 'dead') this.#process.send([TO_SANDBOX.unload, number]);
  }

  dispatch(batch: readonly Dispatch[]): void {
    this.#requireLife();
    const events = this.#flights.board(batch, this.#loads.known);
    this.#process.send([TO_SANDBOX.run, this.#flights.takeForgotten(), ...events]);
  }

  recall(lanes: readonly number[]): void {
    if (this.state === 'dead') return;
    const recalled = this.#flights.recall(lanes);
    if (recalled.length > 0) this.#process.send([TO_SANDBOX.recall, ...recalled]);
  }

  running(): readonly { readonly n: number; readonly since: number }[] {
    this.#inside();
    return this.#flights.running();
  }

  culprit(n: number): number {
    return this.#inside() ?? n;
  }

  kill(): void {
    this.#end('killed', 'It was killed.');
  }

  /** The event whose guest has the thread; it counts as started from here on. What the sandbox tells of others means nothing. */
  #inside(): number | undefined {
    const n = this.#process.inside();
    if (n === undefined || !this.#flights.has(n)) return undefined;
    this.#flights.started(n, this.#heardAt);
    return n;
  }

  #requireLife(): void {
    if (this.#ending !== undefined) throw new JobicoError('unavailable', 'The sandbox has ended.');
  }

  #receiveAll(frame: unknown, bytes: Uint8Array): void {
    for (const message of messagesOf(frame, bytes)) {
      // What comes after a kill is not read.
      if (this.#ending === undefined) this.#receive(readIncoming(message, bytes));
    }
  }

  #receive(incoming: Incoming): void {
    switch (incoming.kind) {
      case 'ready':
        if (this.#isReady) throw new Violation('it is ready twice');
        this.#isReady = true;
        return this.#ready.resolve();
      case 'loaded':
        return this.#loads.succeeded(incoming.component);
      case 'notLoaded':
        return this.#loads.failed(incoming.component, incoming.message);
      case 'entered':
        return this.#flights.entered(incoming.n);
      case 'done':
        return this.#receiveOutcome(incoming.n, incoming.fields);
      case 'logged':
        return this.#receiveLines(incoming.n, incoming.lines);
      case 'call':
        return this.#receiveCall({ n: incoming.n, callId: incoming.callId, ...incoming.request });
    }
  }

  #receiveOutcome(n: number, fields: readonly unknown[]): void {
    const read = readOutcome(fields, this.#flights.limitsOf(n));
    const flight = this.#flights.landed(n, read.status);
    this.#outcomes.push(toOutcome(flight, read));
  }

  #receiveLines(n: number, told: unknown): void {
    const lines = readLogs(told, this.#flights.logsLeft(n));
    this.#flights.logged(n, lines);
    this.#options.onLogged?.(n, lines);
  }

  #receiveCall(call: HostCall): void {
    this.#flights.called(call.n, call.callId, sizeOfRequest(call));
    void answerCall(call, this.#options.onHostCall).then(({ isOk, value, bytes }) => {
      this.#flights.answered(call.callId);
      if (this.#ending === undefined) this.#process.send([TO_SANDBOX.answer, call.callId, isOk, value], bytes);
    });
  }

  /** Outcomes that came in one piece are handed on in one piece. */
  #deliver(): void {
    if (this.#outcomes.length === 0) return;
    const outcomes = this.#outcomes;
    this.#outcomes = [];
    this.#options.onOutcome(outcomes);
  }

  #end(reason: SandboxExit['reason'], message: string): void {
    if (this.#ending !== undefined) return;
    this.#ending = { reason, message };
    this.#process.kill();
  }

  #buried({ code, signal, output }: ProcessEnd): SandboxExit {
    const how = `It ended with ${signal ?? `exit code ${code}`}.`;
    const isOutOfMemory = output.includes('out of memory');
    this.#ending ??= { reason: isOutOfMemory ? 'memory' : 'crashed', message: `${how} ${output}`.trim() };
    const { reason, message } = this.#ending;
    const gone = new JobicoError('unavailable', `The sandbox has ended: ${message}`);
    this.#ready.reject(gone);
    this.#loads.abandon(gone);
    const exit = { reason, message, lost: this.#flights.all(), culprit: this.#inside() };
    this.#process.forget();
    this.#options.onExit?.(exit);
    return exit;
  }
}
