import { JobicoError } from '@jobico/contract';
import { readInput } from '../session/read-input.ts';

/** The body of a delivery, byte by byte as it was given. Throws `usage`. */
export async function readBody(file: string | undefined, data: string | undefined): Promise<Buffer> {
  if ((file === undefined) === (data === undefined)) {
    throw new JobicoError('usage', 'give the body in a file, or with --data', {
      hint: `For example: jobico webhook test push --data '{}'`,
    });
  }
  if (file === '-') {
    throw new JobicoError('usage', 'standard input is for the secret', { hint: 'Put the body into a file.' });
  }
  return file === undefined ? Buffer.from(data ?? '') : await readInput(file);
}
