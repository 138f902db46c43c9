import { JobicoError } from '@jobico/contract';
import { readInput } from './read-input.ts';

/** A token as a flag gives it, `-` for standard input. Throws `usage` for one that no header can carry. */
export async function readToken(given: string | undefined): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const token = given === '-' ? (await readInput('-')).toString('utf8').trim() : given;
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new JobicoError('usage', '--token: this is no token', {
    hint: 'It is one word of printable ASCII characters.',
  });
}
