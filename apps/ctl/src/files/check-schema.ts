import { bundleSchema, compileSchema } from '@jobico/contract';
import type { FileStore } from '@jobico/messaging';

/** Compiles a schema with the tenant's files that it refers to, and answers it as one document. Throws `schema-invalid`. */
export async function checkSchema(files: FileStore, tenant: string, text: string): Promise<string> {
  const bundle = await bundleSchema(text, async (name) => {
    const file = await files.find(tenant, 'json', name);
    const content = file && (await files.content(tenant, file.digest));
    return content && Buffer.from(content).toString('utf8');
  });
  compileSchema(bundle);
  return bundle;
}
