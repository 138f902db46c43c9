import { ARTIFACT_VERSION, MAGIC, sha256 } from './format.ts';
import type { Artifact, Header, Variant, VariantHeader } from './format.ts';

/** Both translations as one blob. Equal parts (the core modules, as a rule) are stored once. */
export function packArtifact(artifact: Artifact): Uint8Array {
  const parts: Buffer[] = [];
  const indexByDigest = new Map<string, number>();
  const indexOf = (bytes: Uint8Array): number => {
    const digest = sha256(bytes);
    const index = indexByDigest.get(digest) ?? parts.push(Buffer.from(bytes)) - 1;
    indexByDigest.set(digest, index);
    return index;
  };
  const packVariant = ({ source, modules }: Variant): VariantHeader => ({
    source: indexOf(Buffer.from(source)),
    modules: Array.from(modules, ([name, bytes]) => [name, indexOf(bytes)] as const),
  });
  const variants = { sync: packVariant(artifact.sync), jspi: packVariant(artifact.jspi) };
  const sourceMap = artifact.sourceMap && indexOf(artifact.sourceMap);
  const body = Buffer.concat(parts);
  return assemble(
    {
      version: ARTIFACT_VERSION,
      sha256: sha256(body),
      parts: parts.map(({ length }) => length),
      variants,
      ...(sourceMap !== undefined && { sourceMap }),
    },
    body,
  );
}

function assemble(header: Header, body: Buffer): Uint8Array {
  const headerBytes = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(headerBytes.length);
  return Buffer.concat([MAGIC, length, headerBytes, body]);
}
