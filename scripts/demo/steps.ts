import { styleText } from 'node:util';

const seconds = (startedAt: number) => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;

export const dim = (text: string) => styleText('dim', text, { stream: process.stdout });
export const bold = (text: string) => styleText('bold', text, { stream: process.stdout });

/** Does one thing that takes time, says that it does, and then how long it took. */
export async function step<T>(title: string, work: (say: (detail: string) => void) => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const isTerminal = process.stdout.isTTY;
  if (isTerminal) process.stdout.write(`… ${title}`);
  else console.log(`… ${title}`);
  const clear = () => isTerminal && process.stdout.write('\r\u001B[K');
  let details = 0;
  const result = await work((detail) => {
    if (details === 0) clear();
    details += 1;
    console.log(`  ${dim(detail)}`);
  }).catch((error: unknown) => {
    if (details === 0 && isTerminal) console.log();
    throw error;
  });
  if (details === 0) clear();
  console.log(`${styleText('green', '✓', { stream: process.stdout })} ${title} ${dim(seconds(startedAt))}`);
  return result;
}
