import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Execution } from '@jobico/contract';
import { expect, inject, test, vi } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { finish, temporaryFolder, up } from './support/process.ts';

const PACKAGE = `
id: hooks
tenant: acme
queues: [{ id: default }]
jobs:
  - event: { id: push, supplierqueue: default, runtime: work, webhook: { scheme: github, secret: GITHUB } }
  - event: { id: paid, supplierqueue: default, runtime: work, webhook: { scheme: hmac, secret: SHOP, header: X-Sig } }
  - event: { id: unsigned, supplierqueue: default, runtime: work }
runtimes: [{ id: work, moduleref: work.wasm }]
`;

test(
  'a webhook that the command signs reaches its job; a wrong secret is refused, and says what to look at',
  { timeout: 240_000 },
  async () => {
    const { urls } = await up([], { JOBICO_NATS_SERVER: inject('natsServerBinary') });
    const env = { JOBICO_URL: urls.ctl };
    const folder = await temporaryFolder();
    const file = (name: string) => join(folder, name);
    await writeFile(file('hooks.yaml'), PACKAGE);
    await writeFile(file('work.wasm'), await buildGuest('echo'));
    await writeFile(file('secret'), 'the-shared-secret\n');
    await writeFile(file('body.json'), ' {"n": 9007199254740993, "kept": 1.10}\n');
    const jobico = (...args: string[]) => finish(args, env);
    const withInput = (input: string, ...args: string[]) => finish(args, env, { input });
    expect((await jobico('deploy', file('hooks.yaml'))).exitCode).toBe(0);
    for (const name of ['GITHUB', 'SHOP']) {
      expect(await withInput('the-shared-secret', 'secret', 'set', name, '--tenant', 'acme')).toMatchObject({
        exitCode: 0,
        stderr: '',
      });
    }

    const send = (...args: string[]) => jobico('webhook', 'test', ...args, '--secret-file', file('secret'));
    const first = await vi.waitFor(
      async () => {
        const sent = await send('push', file('body.json'), '--id', 'd-1');
        expect(sent.exitCode).toBe(0);
        return sent;
      },
      { timeout: 60_000 },
    );
    expect(first.stdout).toBe('accepted d-1\n  next: jobico execution list --tenant acme --event d-1\n');
    await vi.waitFor(
      async () => {
        const { stdout } = await jobico('execution', 'list', '--event', 'd-1', '--json');
        const { items } = JSON.parse(stdout) as { items: Execution[] };
        expect(items).toMatchObject([{ status: 'ok', event: { name: 'push' } }]);
        expect(stdout).toContain('9007199254740993');
      },
      { timeout: 60_000 },
    );
    const piped = await withInput('the-shared-secret\n', 'webhook', 'test', 'paid', '--data', '{}', '--json');
    expect(JSON.parse(piped.stdout)).toMatchObject({ accepted: 1 });

    const wrong = await withInput('another-secret', 'webhook', 'test', 'push', '--data', '{}');
    expect(wrong.exitCode).toBe(4);
    expect(wrong.stderr).toContain('Is it the value of GITHUB?');
    expect(wrong.stderr).not.toContain('another-secret');
    const misspelt = await send('pusch', '--data', '{}');
    expect(misspelt).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('Did you mean push?') as string });
    expect((await send('unsigned', '--data', '{}')).stderr).toContain('Those that do: push, paid.');
    expect((await send('push')).exitCode).toBe(2);
  },
);
