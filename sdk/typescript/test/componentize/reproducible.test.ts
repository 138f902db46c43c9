import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { buildComponent, createBuilder } from '../../src/build.ts';
import { deferStart } from '../../src/componentize/engine/defer-start.ts';
import { makeEngineComponent } from '../../src/componentize/engine/engine-component.ts';
import { findEngine } from '../../src/componentize/engine/find-engine.ts';
import { findWit } from '../../src/componentize/wit-path.ts';
import { sandboxed } from '../support/sandboxed.ts';

const TIMEOUT_MS = 60_000;
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function temporaryFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), name));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of the jobs of the tests, in a folder of its own. */
async function copiedJobs(name: string): Promise<string> {
  const folder = await temporaryFolder(name);
  await cp(join(import.meta.dirname, 'jobs'), join(folder, 'deep/er/jobs'), { recursive: true });
  return join(folder, 'deep/er');
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('two builds of one source', () => {
  test(
    'in two folders, by two builders, make the same bytes',
    async () => {
      const builds = ['jobico-a-', 'jobico-somewhere-else-'].map(async (name) => {
        const root = await copiedJobs(name);
        return await buildComponent({ source: join(root, 'jobs/probe.ts'), root });
      });
      const [first, second] = await Promise.all(builds);
      expect(digestOf(first?.bytes ?? Buffer.of())).toBe(digestOf(second?.bytes ?? Buffer.of()));
    },
    TIMEOUT_MS,
  );

  test(
    'one after another in one builder make the same bytes, whatever was built between them',
    async () => {
      const root = await copiedJobs('jobico-c-');
      const builder = createBuilder();
      onTestFinished(() => builder.close());
      const build = async (job: string) =>
        digestOf((await builder.build({ source: join(root, 'jobs', job), root })).bytes);
      const first = await build('probe.ts');
      expect(await build('smallest.ts')).not.toBe(first);
      vi.useFakeTimers({ now: Date.now() + 86_400_000, toFake: ['Date'] });
      onTestFinished(() => void vi.useRealTimers());
      expect(await build('probe.ts')).toBe(first);
    },
    TIMEOUT_MS,
  );

  test(
    'differ where SOURCE_DATE_EPOCH does and the source asks for the time',
    async () => {
      const folder = await temporaryFolder('jobico-d-');
      const source = join(folder, 'dated.ts');
      await writeFile(source, 'const at = Date.now();\nexport const handler = { handle: () => String(at) };\n');
      const build = async () => digestOf((await buildComponent({ source, root: folder })).bytes);
      const first = await build();
      vi.stubEnv('SOURCE_DATE_EPOCH', '1700000000');
      const second = await build();
      expect(second).not.toBe(first);
      expect(await build()).toBe(second);
      vi.stubEnv('SOURCE_DATE_EPOCH', 'yesterday');
      await expect(build()).rejects.toThrow('SOURCE_DATE_EPOCH is no number of seconds since 1970: yesterday');
    },
    TIMEOUT_MS,
  );

  test(
    'start from an engine whose component is the same whenever it is linked',
    async () => {
      const engine = deferStart(await findEngine());
      expect(digestOf(deferStart(await findEngine()))).toBe(digestOf(engine));
      const first = await makeEngineComponent(findWit());
      expect(digestOf(await makeEngineComponent(findWit()))).toBe(digestOf(first));
    },
    TIMEOUT_MS,
  );
});

describe('components whose engines begin alike', () => {
  const PROBE = `import { defineJob } from '@jobico/sdk';
export const handler = defineJob(() => ({
  numbers: [Math.random(), Math.random(), Math.random()],
  crypto: typeof globalThis.crypto,
}));
`;

  test(
    'have other random numbers for each event, in each sandbox',
    async () => {
      const folder = await temporaryFolder('jobico-e-');
      await mkdir(join(folder, 'src'));
      await writeFile(join(folder, 'src/random.js'), PROBE);
      const { bytes } = await buildComponent({ source: join(folder, 'src/random.js'), root: folder });
      const seen = new Set<number>();
      for (const box of ['first', 'second']) {
        const sandbox = await sandboxed(bytes);
        onTestFinished(async () => sandbox.stop());
        for (const event of ['a', 'b']) {
          const { result = '{}' } = await sandbox.run({}, { id: `${box}-${event}` });
          const { numbers, crypto } = JSON.parse(result) as { numbers: number[]; crypto: string };
          for (const number of numbers) seen.add(number);
          // There is no `crypto` that would only look safe.
          expect(crypto).toBe('undefined');
        }
      }
      expect(seen.size).toBe(12);
    },
    TIMEOUT_MS,
  );

  test(
    'have no random numbers of the engine, which would be the same everywhere',
    async () => {
      const folder = await temporaryFolder('jobico-f-');
      const source = join(folder, 'hidden.js');
      await writeFile(
        source,
        "const name = ['ran', 'dom'].join('');\nexport const handler = { handle: () => JSON.stringify(typeof Math[name]) };\n",
      );
      const { bytes } = await buildComponent({ source, root: folder });
      const sandbox = await sandboxed(bytes);
      onTestFinished(async () => sandbox.stop());
      expect(await sandbox.run({})).toMatchObject({ status: 'ok', result: '"undefined"' });
    },
    TIMEOUT_MS,
  );
});
