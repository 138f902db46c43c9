import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test, vi } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { finish, temporaryFolder, up } from './support/process.ts';

const runtime = (id: string) => ({ id, moduleref: `${id}.wasm` });
const job = (event: string, id: string, more: object = {}) => ({
  event: { id: event, supplierqueue: 'q', runtime: id },
  retry: { maximumAttempts: 1 },
  ...more,
});
const PACKAGE = {
  id: 'shop',
  tenant: 'acme',
  queues: [{ id: 'q' }],
  jobs: [
    job('count', 'kv-counter', { record: 'inputs' }),
    job('told', 'as-told', { record: 'failures' }),
    job('echoed', 'echo'),
  ],
  runtimes: ['kv-counter', 'as-told', 'echo'].map(runtime),
  grants: { 'kv-counter': { kv: [{ bucket: 'counts', access: 'write' }] } },
};

interface Execution {
  id: string;
  event: { id: string };
  inputsKept?: { calls: number };
  result?: { count: number };
}

test(
  'an execution runs again on this machine against the answers that it had, and goes to its queue again',
  { timeout: 240_000 },
  async () => {
    const platform = await up([], { JOBICO_NATS_SERVER: inject('natsServerBinary') });
    const env = { JOBICO_URL: platform.urls.ctl, JOBICO_TENANT: 'acme' };
    const folder = await temporaryFolder();
    for (const { id, moduleref } of PACKAGE.runtimes) await writeFile(join(folder, moduleref), await buildGuest(id));
    await writeFile(join(folder, 'package.yaml'), JSON.stringify(PACKAGE));
    expect(await finish(['deploy', join(folder, 'package.yaml')], { ...env, JOBICO_TENANT: undefined })).toMatchObject({
      exitCode: 0,
    });

    const send = async (event: string, data: object): Promise<string> => {
      const { stdout } = await finish(['event', 'send', event, '--data', JSON.stringify(data), '--json'], env);
      return (JSON.parse(stdout) as { events: [{ id: string }] }).events[0].id;
    };
    const executionOf = async (event: string): Promise<Execution> =>
      await vi.waitFor(
        async () => {
          const response = await fetch(`${platform.urls.ctl}/v1/tenants/acme/executions?event=${event}`);
          const [found] = ((await response.json()) as { items: Execution[] }).items;
          if (found === undefined) throw new Error('no execution yet');
          return found;
        },
        { timeout: 30_000, interval: 50 },
      );
    const replay = async (id: string, ...flags: string[]) => {
      const { exitCode, stdout } = await finish(['execution', 'replay', id, '--json', ...flags], env);
      return { exitCode, output: JSON.parse(stdout) as Record<string, unknown> };
    };

    await executionOf(await send('count', { bucket: 'counts', key: 'n' }));
    const second = await executionOf(await send('count', { bucket: 'counts', key: 'n' }));
    await executionOf(await send('count', { bucket: 'counts', key: 'n' }));
    expect(second).toMatchObject({
      result: { count: 2 },
      inputsKept: { calls: 2 },
    });
    const inputs = await fetch(`${platform.urls.ctl}/v1/tenants/acme/executions/${second.id}/inputs`);
    expect(await inputs.json()).toMatchObject({
      inputs: { calls: [{ call: 'kv.get', answer: { value: { value: { text: '1' } } } }, { call: 'kv.set' }] },
    });

    // The bucket says three by now: it is not asked.
    const again = await replay(second.id);
    expect(again).toMatchObject({
      exitCode: 0,
      output: {
        same: true,
        component: { isOriginal: true },
        replayed: { result: { count: 2 }, matches: ['same', 'same'] },
      },
    });

    const other = await replay(second.id, '--component', join(folder, 'echo.wasm'));
    expect(other.output).toMatchObject({
      same: false,
      differences: { outcome: true, calls: true, logs: false },
      component: { isOriginal: false },
    });
    const { stdout } = await finish(['execution', 'replay', second.id, '--component', join(folder, 'echo.wasm')], env);
    expect(stdout).toContain('≠ it differs');
    expect(stdout).toMatch(/- ok \{"count":2/);
    expect(stdout).toMatch(/- kv\.get counts\/n → 1/);

    const sent = (await replay(second.id, '--to-queue')).output as { events: [{ id: string }] };
    expect((await executionOf(sent.events[0].id)).result?.count).toBe(4);

    // Of failures alone: what went well has nothing to replay.
    const failed = await executionOf(await send('told', { attempts: ['permanent'], log: ['why'] }));
    expect(await replay(failed.id)).toMatchObject({ exitCode: 9, output: { same: true } });
    const fine = await executionOf(await send('told', { attempts: ['ok'] }));
    const refused = await replay(fine.id);
    expect(refused).toMatchObject({
      exitCode: 3,
      output: { error: { code: 'not-found', hint: expect.stringContaining('record: inputs') } },
    });
  },
);
