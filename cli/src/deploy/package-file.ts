import { isId, JobicoError, parsePackage, validatePackage, type Fault, type PackageDefinition } from '@jobico/contract';
import { readInput } from '../session/read-input.ts';
import type { LocatedFault } from '../output/tell-error.ts';

/** A package as its file has it. */
export interface PackageFile {
  /** As it was named on the command line. */
  file: string;
  definition: PackageDefinition;
  /** Faults of this package, with the lines that they are on. */
  located: (faults: readonly Fault[]) => LocatedFault[];
}

/** Reads and validates a package, from standard input for `-`; throws `package-invalid` with every fault and its line. */
export async function readPackageFile(file: string): Promise<PackageFile> {
  const parsed = parsePackage((await readInput(file)).toString('utf8'));
  const located = (faults: readonly Fault[]) =>
    faults.map((fault): LocatedFault => {
      const line = parsed.lineOf(fault.path);
      return { ...fault, file, ...(line !== undefined && { line }) };
    });
  return { file, definition: await withLines(located, () => validatePackage(parsed.value)), located };
}

/** Runs something about a package; the faults of what it throws get their lines. */
export async function withLines<T>(located: PackageFile['located'], run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof JobicoError) || error.faults.length === 0) throw error;
    const { code, message, hint, faults, details } = error;
    throw new JobicoError(code, message, { hint, faults: located(faults), details, cause: error });
  }
}

/** Refuses a package of another tenant than the one that was named. */
export function assertTenant({ file, definition }: PackageFile, named: string | undefined): void {
  if (named === undefined || named === definition.tenant) return;
  throw new JobicoError('usage', `${file} is a package of tenant ${definition.tenant}, not of ${named}`, {
    hint: isId(named) ? 'Leave --tenant out (and JOBICO_TENANT unset), or change the file.' : undefined,
  });
}
