import { JobicoError, parseExactJson } from '@jobico/contract';
import { readInput } from './read-input.ts';

export interface EventSource {
  /** `-` for standard input. */
  file?: string | undefined;
  texts?: string[] | undefined;
  /** Whether the file holds an array of events. */
  isBatch: boolean;
}

/** The events of a command line, with all the digits of their numbers. Throws `usage` or `not-json`. */
export async function readEvents({ file, texts, isBatch }: EventSource): Promise<unknown[]> {
  if ((file === undefined) === (texts === undefined)) {
    throw new JobicoError('usage', 'give the event in a file, or with --data', {
      hint: "For example: jobico event send order-placed --data '{}'",
    });
  }
  if (texts !== undefined) return texts.map((text, i) => parsed(text, texts.length > 1 ? `--data ${i + 1}` : '--data'));
  const name = file === '-' ? 'standard input' : (file ?? '');
  const value = parsed((await readInput(file ?? '-')).toString('utf8'), name);
  if (!isBatch) return [value];
  if (Array.isArray(value)) return value as unknown[];
  throw new JobicoError('usage', `${name} holds no JSON array`, { hint: 'Leave --batch out for a single event.' });
}

function parsed(text: string, where: string): unknown {
  try {
    return parseExactJson(text);
  } catch (cause) {
    throw new JobicoError('not-json', `${where} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
