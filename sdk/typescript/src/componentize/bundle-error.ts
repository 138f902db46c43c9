import { relative } from 'node:path';
import { BuildError } from './build-error.ts';

/** What rolldown says is wrong, of its many fields those that a reader of the message wants. */
export interface BundleFault {
  code?: string;
  message: string;
  /** Of the module. */
  id?: string;
  exporter?: string;
  frame?: string;
  loc?: { file?: string; line: number; column: number };
}

export function isBundleFault(value: unknown): value is BundleFault {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
}

/** The first fault of what the bundler threw, or the fault that it is. `entry` is the module that imports the source. */
export function toBundleError(
  error: unknown,
  source: string,
  entry: string,
  said: { message?: string; hint?: string } = {},
): BuildError {
  if (error instanceof BuildError) return error;
  const fault = firstFault(error);
  if (!isBundleFault(fault)) return new BuildError(`cannot bundle ${source}: ${String(fault)}`, { cause: error });
  if (fault.code === 'MISSING_EXPORT' && fault.id === entry) {
    return new BuildError(`${relative(process.cwd(), source)} does not export \`handler\``, {
      hint: 'Write `export const handler = defineJob(…)`.',
      cause: error,
    });
  }
  const { loc, frame } = fault;
  const file = relative(process.cwd(), loc?.file ?? fault.id ?? source);
  const place = loc && { file, line: loc.line, column: loc.column + 1 };
  return new BuildError(said.message ?? summaryOf(fault), { ...said, place, frame, cause: error });
}

function firstFault(error: unknown): unknown {
  const faults = (error as { errors?: unknown } | null)?.errors;
  return Array.isArray(faults) ? (faults[0] as unknown) : error;
}

/** The bundler's message is a drawing, whose first line says it all. */
function summaryOf({ message }: BundleFault): string {
  const [first = message] = message.split('\n');
  return first.replace(/^(\[[A-Z_]+\] )?/, '').replace(/^Error: /, '');
}
