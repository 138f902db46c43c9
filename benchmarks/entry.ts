const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** What ended the run before its time. */
class Stopped extends Error {
  readonly exitCode: number;

  constructor(signal: keyof typeof EXIT_CODES) {
    super(`stopped by ${signal}`);
    this.exitCode = EXIT_CODES[signal];
  }
}

/** Everything that was started ends when it aborts, then the run does. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stopping.abort(new Stopped(name)));
  return stopping.signal;
}

/**
 * What a benchmark does from its arguments to its exit code. `read` throws an error that says what is wrong with them;
 * `bench` is called with what it made of them.
 */
export async function runBenchmark<Options>(
  args: string[],
  usage: string,
  read: (args: string[]) => Options | 'help',
  bench: (options: Options, signal: AbortSignal) => Promise<void>,
): Promise<number> {
  let options: Options | 'help';
  try {
    options = read(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    return 2;
  }
  if (options === 'help') {
    console.log(usage);
    return 0;
  }
  const signal = stopSignal();
  try {
    await bench(options, signal);
    return 0;
  } catch (error) {
    // What failed because of the signal is not told: the signal is why.
    const why: unknown = signal.aborted ? signal.reason : error;
    console.error(why instanceof Stopped ? why.message : why);
    return why instanceof Stopped ? why.exitCode : 1;
  }
}
