import { JobicoError } from '@jobico/contract';
import { digestOf, type FileStore } from '@jobico/messaging';
import type { Handlers } from '../operations.ts';
import { checkSchema } from './check-schema.ts';
import type { Gate } from './gate.ts';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export function createFileHandlers({
  files,
  gate,
}: {
  files: FileStore;
  gate: Gate;
}): Pick<Handlers, 'file.upload' | 'file.list'> {
  return {
    async 'file.upload'({ tenant, kind, name, content }) {
      const bytes = decoded(content);
      if (kind === 'json') await checkSchema(files, tenant, new TextDecoder().decode(bytes));
      else await gate.admit(digestOf(bytes), () => Promise.resolve(bytes));
      return await files.put(tenant, kind, name, bytes);
    },
    async 'file.list'({ tenant, kind }) {
      return { items: await files.list(tenant, kind) };
    },
  };
}

function decoded(content: string): Uint8Array {
  if (content.length % 4 === 0 && BASE64.test(content)) return Buffer.from(content, 'base64');
  throw new JobicoError('invalid', 'file.upload: content is not base64', {
    faults: [{ path: '/content', message: 'is not base64' }],
  });
}
