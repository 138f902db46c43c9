import type { Client } from '@jobico/client';
import { JobicoError, type OperationOutput } from '@jobico/contract';
import { findLocalFiles } from './local-files.ts';
import { assertTenant, readPackageFile, withLines, type PackageFile } from './package-file.ts';
import { uploadMissing, type Digests } from './upload.ts';

export interface DeployContext {
  client: Client;
  /** The tenant that was named, if one was. */
  tenant: string | undefined;
  /** Nothing goes live; files are stored all the same, where nothing refers to them. */
  dryRun?: boolean;
  progress: (message: string) => void;
  /** Told once the files are stored, and so checked. */
  onStored?: () => void;
}

export type Deployed = OperationOutput<'package.deploy'> & { definition: PackageFile['definition'] };

/** Deploys the package of a file with the files next to it. */
export async function deployFile(context: DeployContext, file: string): Promise<Deployed> {
  const source = await readPackageFile(file);
  assertTenant(source, context.tenant);
  const { definition } = source;
  return await withLines(source.located, async () => {
    const digests = await storeFiles(context, source);
    const { client, dryRun = false, progress, onStored } = context;
    onStored?.();
    progress(dryRun ? `checking ${definition.id} …` : `deploying ${definition.id} …`);
    const { tenant } = definition;
    const output = await client.call('package.deploy', { tenant, definition, ...digests, dryRun });
    return { ...output, definition };
  });
}

/** Checks the package of a file as a deploy does. */
export async function validateFile(context: DeployContext, file: string): Promise<PackageFile> {
  const source = await readPackageFile(file);
  assertTenant(source, context.tenant);
  const { definition } = source;
  await withLines(source.located, async () => {
    const digests = await storeFiles(context, source);
    await context.client.call('package.validate', { tenant: definition.tenant, definition, ...digests });
  });
  return source;
}

async function storeFiles({ client, progress }: DeployContext, { file, definition }: PackageFile): Promise<Digests> {
  const stored = (name: string) => storedSchema(client, definition.tenant, name);
  return await uploadMissing(client, definition, await findLocalFiles(file, definition, stored), progress);
}

async function storedSchema(client: Client, tenant: string, name: string): Promise<string | undefined> {
  try {
    const { content } = await client.call('file.get', { tenant, kind: 'json', name, content: true });
    return content === undefined ? undefined : Buffer.from(content, 'base64').toString('utf8');
  } catch (error) {
    if (error instanceof JobicoError && error.code === 'not-found') return undefined;
    throw error;
  }
}
