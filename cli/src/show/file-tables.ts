import type { OperationOutput, StoredFile } from '@jobico/contract';
import { neutralise } from '../output/neutralise.ts';
import { table } from '../output/table.ts';

/** Enough of a digest to tell it from others. */
const SHOWN_DIGEST = 'sha256:'.length + 12;

export function fileTable(tenant: string, files: readonly StoredFile[]): string {
  if (files.length === 0) return `Tenant ${tenant} has no file.`;
  return table(files, [
    { header: 'KIND', value: ({ kind }) => kind },
    { header: 'NAME', value: ({ name }) => name, shrinks: 'first' },
    { header: 'KIB', value: ({ sizeBytes }) => Math.ceil(sizeBytes / 1024), align: 'right' },
    { header: 'UPLOADED', value: ({ uploadedAt }) => uploadedAt.replace(/\.\d+Z$/, 'Z') },
    { header: 'DIGEST', value: ({ digest }) => digest.slice(0, SHOWN_DIGEST) },
  ]);
}

export function describeFile(file: OperationOutput<'file.delete'>): string {
  const { kind, name, digest, sizeBytes, uploadedAt, pinnedBy } = file;
  const pins = pinnedBy.map((pin) => `${pin.package} (version ${pin.versions.join(', ')})`);
  const facts: [name: string, value: string][] = [
    ['digest', digest],
    ['size', `${sizeBytes} bytes`],
    ['uploaded', uploadedAt],
    ['pinned by', pins.join(', ') || 'no kept version'],
  ];
  return [
    `${kind} ${neutralise(name)}`,
    ...facts.map(([label, value]) => `  ${label.padEnd(9)} ${neutralise(value)}`),
  ].join('\n');
}
