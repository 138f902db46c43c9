// What the start files print. Progress goes to stderr: stdout belongs to the program that is started.

const isTerminal = process.stderr.isTTY;
const hasColours = isTerminal && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
const SAY_EVERY_MS = 10_000;

const colour = (code) => (text) => (hasColours ? `\u001B[${code}m${text}\u001B[0m` : text);
export const green = colour(32);
export const red = colour(31);
export const dim = colour(2);
export const bold = colour(1);

export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Seconds since `startedAt`, as people read them. */
export function seconds(startedAt) {
  const elapsed = (performance.now() - startedAt) / 1000;
  return `${elapsed < 10 ? elapsed.toFixed(1) : Math.round(elapsed)} s`;
}

/**
 * Says that a long step goes on: on a terminal in one line that counts, elsewhere with a line every 10 s.
 * Returns the function that ends it.
 */
export function keepSaying(text, remark = '') {
  const startedAt = performance.now();
  if (!isTerminal) {
    say(`${text}${remark} …`);
    const timer = setInterval(() => say(`  still ${text}, ${seconds(startedAt)}`), SAY_EVERY_MS);
    return () => clearInterval(timer);
  }
  const draw = () => process.stderr.write(`\r\u001B[K${text}${remark} … ${dim(seconds(startedAt))}`);
  draw();
  const timer = setInterval(draw, 1_000);
  return () => {
    clearInterval(timer);
    process.stderr.write('\r\u001B[K');
  };
}

/** An error that is shown as one line and what to do about it, without a stack. */
export class StartError extends Error {
  constructor(message, hint, exitCode = 1) {
    super(message);
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

/** The last thing of a start that failed; returns the exit code. */
export function report(error) {
  if (!(error instanceof StartError)) throw error;
  say(`${red('error:')} ${error.message}`);
  if (error.hint) say(`  ${error.hint}`);
  return error.exitCode;
}
