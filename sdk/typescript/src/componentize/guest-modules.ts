import { extname, join } from 'node:path';
import type { Plugin } from 'rolldown';
import type { GuestPart } from './guest-parts.ts';

/** The component's own module. */
export const ENTRY = '\0jobico:entry';
/** What the engine gets before anything of the job is evaluated. */
export const GLOBALS = '\0jobico:globals';

// Sources import sources: what builds from .ts is itself .ts, what builds from dist is .js.
export const extension = extname(import.meta.filename);
export const sdk = join(import.meta.dirname, '..');

/** The modules that join a job to the guest's half of the SDK, written for the parts that it needs. */
export function guestModules(source: string, parts: readonly GuestPart[]): Plugin {
  const modules = new Map([
    [ENTRY, entryCode(source, parts)],
    [GLOBALS, globalsCode(parts)],
  ]);
  return {
    name: 'jobico-guest',
    resolveId: (id) => (modules.has(id) ? { id, moduleSideEffects: true } : null),
    load: (id) => modules.get(id) ?? null,
  };
}

const importOf = (names: string, file: string): string =>
  `import { ${names} } from ${JSON.stringify(join(sdk, `${file}${extension}`))};`;

function globalsCode(parts: readonly GuestPart[]): string {
  const lines = parts.flatMap(({ as, name, file }, index) =>
    'global' in as ? [importOf(`${name} as part${index}`, file), `globalThis.${as.global} = part${index};`] : [],
  );
  // The engine's own begin alike in every instance of every component: none is better than those.
  if (!parts.some(({ word }) => word === 'random')) lines.push('delete Math.random;');
  return lines.join('\n');
}

function entryCode(source: string, parts: readonly GuestPart[]): string {
  const capabilities = parts.filter(({ as }) => 'capability' in as);
  return [
    `import ${JSON.stringify(GLOBALS)};`,
    importOf('toHandler', 'guest/entry'),
    ...capabilities.map(({ name, file }) => importOf(name, file)),
    `import { handler as job } from ${JSON.stringify(source)};`,
    `export const handler = toHandler(job, { ${capabilities.map(({ name }) => name).join(', ')} });`,
  ].join('\n');
}
