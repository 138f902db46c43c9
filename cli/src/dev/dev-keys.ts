/** What keys do while a session runs. */
export interface DevKeys {
  s: () => void;
  r: () => void;
  /** `q` and Ctrl-C. */
  stop: () => void;
}

export const KEYS_HELP = 's sends the sample events   r builds all again   q or Ctrl-C ends';

/** Reads single keys where standard input is a terminal; answers what ends it, and gives the terminal back. */
export function readKeys(keys: DevKeys, input: NodeJS.ReadStream = process.stdin): () => void {
  if (!input.isTTY) return () => undefined;
  const onData = (data: Buffer): void => {
    const key = data.toString();
    // In raw mode Ctrl-C is a key.
    if (key === '\u0003' || key === 'q') keys.stop();
    else if (key === 's') keys.s();
    else if (key === 'r') keys.r();
    else console.log(KEYS_HELP);
  };
  input.setRawMode(true);
  input.resume();
  input.on('data', onData);
  return () => {
    input.off('data', onData);
    input.setRawMode(false);
    input.pause();
  };
}
