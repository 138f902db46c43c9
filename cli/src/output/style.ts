import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Colours a text on a terminal; elsewhere, and with NO_COLOR, it stays as it is. */
export function style(format: Format, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(format, text, { stream, validateStream: true });
}
