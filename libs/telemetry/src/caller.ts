import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const PLACE = /\(?((?:file:\/\/)?\/[^()]+|[A-Za-z]:\\[^()]+):(\d+):\d+\)?$/;

/** The file and line that logged: of the first caller outside of the logger. Costs a stack trace for each line. */
export function callerOf(): string | undefined {
  const { stack = '' } = new Error('where');
  for (const line of stack.split('\n').slice(1)) {
    const [, place = '', number = ''] = PLACE.exec(line) ?? [];
    if (place === '' || /[\\/]node_modules[\\/]pino[\\/]|[\\/]telemetry[\\/](src|dist)[\\/]/.test(place)) continue;
    const path = place.startsWith('file:') ? fileURLToPath(place) : place;
    return `${shortened(path)}:${number}`;
  }
  return undefined;
}

/** As it stands in the repository, or in the package that is installed. */
function shortened(path: string): string {
  const [, inside] = /[\\/]node_modules[\\/](?!.*[\\/]node_modules[\\/])(.+)$/.exec(path) ?? [];
  return inside ?? relative(process.cwd(), path);
}
