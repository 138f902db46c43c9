import { text } from 'node:stream/consumers';
import { JobicoError } from '@jobico/contract';

/**
 * A secret from standard input; where that is a terminal it is asked for, and what is typed does not show. A line break at
 * its end is not a part of it. Throws `usage` where there is none.
 */
export async function readSecret(name: string): Promise<string> {
  const given = process.stdin.isTTY ? await ask(name) : await text(process.stdin);
  const secret = given.replace(/\r?\n$/, '');
  if (secret !== '') return secret;
  throw new JobicoError('usage', 'no value came from standard input', {
    hint: `For example: jobico secret set ${name} < the-file, or without < to type it.`,
  });
}

async function ask(name: string): Promise<string> {
  const { password } = await import('@inquirer/prompts');
  try {
    return await password({ message: `Value of ${name} (does not show):`, mask: false }, { output: process.stderr });
  } catch (cause) {
    // Ctrl-C, or the end of the input.
    throw new JobicoError('usage', 'nothing was entered; nothing was set', { cause });
  }
}
