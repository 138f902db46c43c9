import { compileSchema, JobicoError, type Validator } from '@jobico/contract';
import type { DeclaredEvent } from './definitions-view.ts';
import type { FileStore } from '../files/files.ts';

/** Compiled schemas of events, each digest once. */
export interface Schemas {
  /**
   * The validator of an event if it is compiled already, else a promise of it, which rejects with `unavailable` while the
   * schema cannot be read. An event without a schema takes any JSON.
   */
  validatorOf(event: DeclaredEvent): Validator | Promise<Validator>;
}

const KEPT = 5000;
const ANYTHING: Validator = () => [];

export function createSchemas(files: FileStore): Schemas {
  const compiled = new Map<string, Validator | Promise<Validator>>();

  const load = async (tenant: string, digest: string, key: string): Promise<Validator> => {
    const content = await files.content(tenant, digest);
    if (!content) throw new JobicoError('internal', `schema ${digest} is not in the file repository`);
    // It was checked before the package that names it was deployed.
    const validator = compileSchema(Buffer.from(content).toString('utf8'), { isChecked: true });
    compiled.set(key, validator);
    return validator;
  };

  return {
    validatorOf({ version: { tenant }, schemaDigest }) {
      if (schemaDigest === undefined) return ANYTHING;
      const key = `${tenant}/${schemaDigest}`;
      const known = compiled.get(key);
      if (known) return known;
      // Digests of versions that are gone are forgotten first.
      for (const oldest of compiled.keys()) {
        if (compiled.size < KEPT) break;
        compiled.delete(oldest);
      }
      const loading = load(tenant, schemaDigest, key);
      compiled.set(key, loading);
      loading.catch(() => compiled.delete(key));
      return loading;
    },
  };
}
