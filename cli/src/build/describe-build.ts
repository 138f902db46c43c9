import type { JobicoError } from '@jobico/contract';
import { neutralise, neutraliseLines } from '../output/neutralise.ts';
import { style } from '../output/style.ts';
import { textOf } from '../output/tell-error.ts';
import type { BuildItem } from './build-package.ts';

/** A component that was built: what it is, how large, what it uses of the host. */
export function builtLine(item: Extract<BuildItem, { ok: true }>): string {
  const { runtime, path, kind, sizeBytes, imports, buildMs, gateMs } = item;
  const how = kind === 'prebuilt' ? 'as it was' : `built in ${seconds(buildMs)}`;
  const used = imports.flatMap((name) => /^jobico:job\/([a-z-]+)@/.exec(name)?.[1] ?? []).filter((name) => name !== 'types');
  const others = imports.filter((name) => !name.startsWith('jobico:job/')).length;
  const what = [...used, ...(others > 0 ? [`${others} of WASI`] : [])].join(', ') || 'nothing';
  return [
    `${style('green', '✓')} ${neutralise(runtime)}  ${neutralise(path)}  ${megabytes(sizeBytes)}  ${how}, gate passed in ${seconds(gateMs)}`,
    `    uses ${neutralise(what)}`,
  ].join('\n');
}

/**
 * A component that failed: the error with its place in the source as the compiler drew it, or the last lines of the command
 * that failed, unless they stand above already.
 */
export function failedLines(error: JobicoError, { isStreamed = false } = {}): string {
  const { frame, output } = (error.details ?? {}) as { frame?: string; output?: string };
  const drawn = frame ?? (isStreamed ? undefined : output);
  return [textOf(error), ...(drawn ? ['', ...neutraliseLines(drawn).map((line) => `  ${line}`)] : [])].join('\n');
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
export const megabytes = (bytes: number): string =>
  bytes < 100_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
