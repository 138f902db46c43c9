import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export type ModuleName = 'ctl' | 'listener' | 'executor';

export interface SupervisedOptions {
  /** Of its files, and in the history. */
  name: string;
  module: ModuleName;
  natsUrl: string;
  folder: string;
  note: (what: string) => void;
}

/** A module in a process of its own that is started again whenever it ends, as a supervisor does. */
export interface Supervised extends AsyncDisposable {
  readonly name: string;
  readonly module: ModuleName;
  /** Where it listens; the same after every restart. */
  readonly url: string;
  /** Of the process that runs now; undefined between two. */
  readonly pid: number | undefined;
  /** Ends that nobody here has caused. */
  readonly faults: readonly string[];
  /** Kills the process; it is started again after `downMs`. */
  kill(downMs: number): void;
  /** Stops the process for a while, as a machine that swaps or a virtual machine that moves does. */
  pause(forMs: number): Promise<void>;
  /** Resolves once it is ready, whatever has happened to it. */
  untilReady(): Promise<void>;
}

const BIN = fileURLToPath(new URL('../../../cli/bin/jobico.js', import.meta.url));
const RESTART_MS = 500;

export async function startSupervised(options: SupervisedOptions): Promise<Supervised> {
  const supervised = new Supervisor(options);
  supervised.start(0);
  await supervised.untilReady();
  return supervised;
}

class Supervisor implements Supervised {
  readonly name: string;
  readonly module: ModuleName;
  readonly faults: string[] = [];
  readonly #options: SupervisedOptions;
  url = '';
  #child: ChildProcess | undefined;
  #ready = Promise.withResolvers<void>();
  #isReady = false;
  #isKilled = false;
  #isDisposed = false;
  #downMs = RESTART_MS;

  constructor(options: SupervisedOptions) {
    this.name = options.name;
    this.module = options.module;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#isReady ? this.#child?.pid : undefined;
  }

  start(port: number): void {
    const child = spawnModule(this.#options, port);
    this.#child = child;
    this.#isKilled = false;
    this.#downMs = RESTART_MS;
    void this.#readReady(child);
    void once(child, 'exit').then(() => this.#onExit(child));
  }

  async #readReady(child: ChildProcess): Promise<void> {
    if (!child.stdout) return;
    for await (const line of createInterface(child.stdout)) {
      const { urls } = JSON.parse(line) as { urls: Record<string, string> };
      this.url = urls[this.module] ?? '';
      this.#isReady = true;
      this.#ready.resolve();
    }
  }

  #onExit({ exitCode, signalCode }: ChildProcess): void {
    if (this.#isReady) {
      this.#ready = Promise.withResolvers<void>();
      if (!this.#isKilled && !this.#isDisposed) this.faults.push(`${this.name} ended: ${signalCode ?? exitCode}`);
    }
    this.#isReady = false;
    if (!this.#isKilled && !this.#isDisposed) this.#options.note(`${this.name} ended: ${signalCode ?? exitCode}`);
    if (this.#isDisposed) return;
    void delay(this.#downMs).then(() => {
      if (!this.#isDisposed) this.start(portOf(this.url));
    });
  }

  kill(downMs: number): void {
    this.#isKilled = true;
    this.#downMs = downMs;
    this.#child?.kill('SIGKILL');
  }

  async pause(forMs: number): Promise<void> {
    const child = this.#child;
    child?.kill('SIGSTOP');
    await delay(forMs);
    child?.kill('SIGCONT');
  }

  async untilReady(): Promise<void> {
    while (!this.#isReady) await this.#ready.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGCONT');
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

const portOf = (url: string) => (url === '' ? 0 : Number(new URL(url).port));

function spawnModule({ name, module, natsUrl, folder }: SupervisedOptions, port: number): ChildProcess {
  const ports = { ctl: '--ctl-port', listener: '--listener-port', executor: '--executor-port' } as const;
  const log = ['--log-level', 'debug', '--log-file', join(folder, `${name}.log`)];
  const up = [
    'up',
    '--json',
    '--modules',
    module,
    '--nats-url',
    natsUrl,
    '--data',
    folder,
    ports[module],
    String(port),
  ];
  const errors = openSync(join(folder, `${name}.err`), 'a');
  try {
    return spawn(process.execPath, ['--conditions=@jobico/source', BIN, ...up, ...log], {
      env: moduleEnvironment(),
      stdio: ['ignore', 'pipe', errors, 'ipc'],
    });
  } finally {
    closeSync(errors);
  }
}

/** The command's own word for a process that must not outlive the one that started it. */
const ENDS_WITH_PARENT = { JOBICO_CONTINUED: '1' };

/** Nothing that is set for another platform on this machine. */
function moduleEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('JOBICO_'));
  return { ...Object.fromEntries(kept), ...ENDS_WITH_PARENT, NO_COLOR: '1' };
}
