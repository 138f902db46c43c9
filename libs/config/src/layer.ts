import type { Fault } from '@jobico/contract';

/** A setting as somebody wrote it. */
export interface Written {
  text: string;
  /** As `jobico config show` names it: `environment`, `.env.local`, `jobico.yaml`. */
  source: string;
  /** Where it stands, if that is a file. */
  file?: string;
  /** From 1. */
  line?: number | undefined;
}

/** What one place says, by the name in the environment. */
export type Layer = ReadonlyMap<string, Written>;

/** A fault, and where to look for it. */
export interface ConfigFault extends Fault {
  file?: string;
  line?: number;
}

/** Where something stands, as fields of a fault. */
export function placeOf({ file, line }: Pick<Written, 'file' | 'line'>): Pick<ConfigFault, 'file' | 'line'> {
  return { ...(file !== undefined && { file }), ...(line !== undefined && { line }) };
}
