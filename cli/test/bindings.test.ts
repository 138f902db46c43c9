import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HostAnswer, HttpRequest } from '@jobico/component';
import { expect, it, vi } from 'vitest';
import { runPackage } from '../../examples/test/support/run-package.ts';
import { missingToolchain, toolchainEnv, whyNot } from '../../examples/test/support/toolchains.ts';
import { finish, temporaryFolder } from './support/process.ts';

// Compilers that have nothing in their caches take a minute and more.
vi.setConfig({ testTimeout: 600_000 });

const sources = fileURLToPath(new URL('bindings', import.meta.url));

const PACKAGE = {
  id: 'hello',
  tenant: 'acme',
  queues: [{ id: 'all' }],
  jobs: ['asked', 'raised', 'other'].map((id) => ({ event: { id, supplierqueue: 'all', runtime: 'greet' } })),
  runtimes: [{ id: 'greet', moduleref: 'build/greet.wasm' }],
  grants: {
    greet: {
      config: { word: 'wörd' },
      kv: [{ bucket: 'b', access: 'write' }],
      http: ['https://api.example.com'],
      emit: ['raised'],
    },
  },
};

/** Languages whose side of the platform is written by hand, after the canonical ABI; the rest is generated. */
const HAND_WRITTEN = [
  { language: 'go', probe: 'main.go', others: ['visits.go', 'greeting.go', 'greeting_test.go'] },
  { language: 'c', probe: 'src/job.c', others: ['src/greeting.c'] },
];

for (const { language, probe, others } of HAND_WRITTEN) {
  const missing = missingToolchain(language);

  it.skipIf(missing)(
    `every call of the host, and each way it refuses, arrives in ${language}${whyNot(missing)}`,
    async () => {
      const folder = join(await temporaryFolder(), 'hello');
      await finish(['init', 'hello', '--language', language, '--folder', folder]);
      for (const file of others) await rm(join(folder, file));
      await cp(join(sources, language, probe.replace('src/', '')), join(folder, probe));
      await writeFile(join(folder, 'package.yaml'), JSON.stringify(PACKAGE));
      const built = await finish(['build', folder, '--json'], toolchainEnv);
      expect(built).toMatchObject({ exitCode: 0, stderr: '' });

      const asked: HttpRequest[] = [];
      const http = (request: HttpRequest): HostAnswer => {
        asked.push(request);
        if (request.url.endsWith('/slow')) return { ok: false, error: { tag: 'timeout' } };
        const headers: [string, string][] = [
          ['a', '1'],
          ['b', 'zwölf'],
        ];
        return { ok: true, value: { status: 201, headers, body: new TextEncoder().encode('answer') } };
      };
      const { runs } = await runPackage(join(folder, 'package.yaml'), { asked: [{}] }, { http });

      expect(runs[0]).toMatchObject({ status: 'ok' });
      expect(runs[0]?.result).toEqual({
        event: 'event-1 acme asked  2026-03-04T05:06:07.089Z',
        set: 'done',
        'set if absent': expect.stringMatching(/^conflict: .*1$/),
        'set if revision': expect.stringMatching(/^conflict: .*1$/),
        'set if own revision': 'done',
        'set empty': 'done',
        keys: 'x y',
        get: '22',
        delete: 'done',
        'get nothing': 'nothing',
        'get refused': 'denied: other',
        'set if gone': expect.stringMatching(/^conflict: (the key is not there)?$/),
        http: 'zwölf answer',
        'http slow': expect.stringMatching(/^timeout/),
        'http refused': 'denied: https://other.example.com/',
        emit: 'done',
        'emit refused': 'denied: other',
        config: 'wörd|',
        runtime: 'works',
      });
      expect(asked[0]).toMatchObject({
        method: 'POST',
        url: 'https://api.example.com/a',
        headers: [
          ['x-one', '1'],
          ['x-two', 'zwölf'],
        ],
        timeoutMs: 1500,
      });
      expect(new TextDecoder().decode(asked[0]?.body)).toBe('body');
      expect(runs.slice(1)).toEqual([{ event: 'raised', job: 'greet', attempt: 1, status: 'ok' }]);
    },
  );
}
