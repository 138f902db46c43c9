const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A supervisor may signal a whole group: what comes by two ways at once is one signal. */
const SAME_SIGNAL_MS = 500;

/** The signals that ask this process to stop, caught. */
export interface StopSignals {
  /** Aborts at the first one; a second one ends the process at once. */
  readonly signal: AbortSignal;
  /** Lets signals end the process as usual. */
  release: () => void;
}

export function catchStopSignals(): StopSignals {
  const first = new AbortController();
  let firstAt: number | undefined;
  const onSignal = (name: NodeJS.Signals) => {
    firstAt ??= performance.now();
    if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(name === 'SIGINT' ? 130 : 143);
    first.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  const release = () => {
    for (const name of SIGNALS) process.off(name, onSignal);
  };
  return { signal: first.signal, release };
}
