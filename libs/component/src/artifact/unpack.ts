import { JobicoError } from '@jobico/contract';

import { ARTIFACT_VERSION, MAGIC, PREFIX_BYTES, sha256 } from './format.ts';
import type { Artifact, Header, Variant, VariantHeader } from './format.ts';

/** The translations in a blob. Throws `internal` for a blob of another version and for one that is damaged. */
export function unpackArtifact(blob: Uint8Array): Artifact {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  if (bytes.length < PREFIX_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw unreadable('it is none');
  const bodyStart = PREFIX_BYTES + bytes.readUInt32LE(MAGIC.length);
  if (bodyStart > bytes.length) throw unreadable('it is cut short');
  const header = readHeader(bytes.subarray(PREFIX_BYTES, bodyStart));
  if (header.version !== ARTIFACT_VERSION) {
    throw unreadable(`it is of version ${header.version}, not ${ARTIFACT_VERSION}`);
  }
  const body = bytes.subarray(bodyStart);
  if (sha256(body) !== header.sha256) throw unreadable('its contents do not have the digest in its header');
  const parts = splitParts(body, header.parts);
  const { variants, sourceMap } = header;
  return {
    sync: readVariant(variants.sync, parts),
    jspi: readVariant(variants.jspi, parts),
    ...(sourceMap !== undefined && { sourceMap: parts[sourceMap] }),
  };
}

/** The header is only believed as far as its version; what follows it is covered by the digest of what we packed. */
function readHeader(bytes: Buffer): Header {
  try {
    const header: unknown = JSON.parse(bytes.toString());
    if (typeof header === 'object' && header !== null && 'version' in header) return header as Header;
  } catch (error) {
    throw unreadable('its header is not JSON', error);
  }
  throw unreadable('its header names no version');
}

function splitParts(body: Buffer, lengths: readonly number[]): Buffer[] {
  let start = 0;
  return lengths.map((length) => {
    const part = body.subarray(start, start + length);
    start += length;
    return part;
  });
}

function readVariant(header: VariantHeader, parts: readonly Buffer[]): Variant {
  const part = (index: number): Buffer => {
    const found = parts[index];
    if (found === undefined) throw unreadable('a part of it is missing');
    return found;
  };
  return {
    source: part(header.source).toString(),
    modules: new Map(header.modules.map(([name, index]) => [name, part(index)])),
  };
}

function unreadable(why: string, cause?: unknown): JobicoError {
  return new JobicoError('internal', `The stored translation of a component cannot be used: ${why}.`, {
    hint: 'Remove it from the artifacts: it is made again from the component.',
    cause,
  });
}
