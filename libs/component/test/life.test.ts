import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, vi } from 'vitest';

import { startSandbox } from '@jobico/component';

import { artifactOf, until, withSandbox } from './harness.ts';

vi.setConfig({ testTimeout: 60_000 });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a sandbox', () => {
  it('is idle, busy, idle, dead', async () => {
    await withSandbox(async (box) => {
      const { sandbox } = box;
      expect(sandbox.state).toBe('idle');
      const loading = box.load('echo');
      await until(() => sandbox.state === 'busy');
      await loading;
      expect(sandbox.state).toBe('idle');
      box.send({ key: 'echo' });
      expect(sandbox.state).toBe('busy');
      await box.outcome(1);
      expect(sandbox.state).toBe('idle');
      expect(isAlive(sandbox.pid)).toBe(true);
      sandbox.kill();
      expect(sandbox.state).toBe('dead');
      await box.exited;
      expect(isAlive(sandbox.pid)).toBe(false);
    });
  });

  it.runIf(process.platform === 'linux')('gives way to the supervisor, with all its threads', async () => {
    await withSandbox(async ({ sandbox }) => {
      const threads = readdirSync(`/proc/${sandbox.pid}/task`).map(Number);
      expect(threads.length).toBeGreaterThan(1);
      for (const thread of threads) expect(getPriority(thread)).toBeGreaterThan(getPriority());
    });
  });

  it.each(['sync', 'jspi'] as const)(
    'can be killed out of an infinite loop; what was in it is lost, mode %s',
    async (mode) => {
      await withSandbox(async (box) => {
        await box.load('infinite-loop', { mode });
        const [first = 0, looping = 0, later = 0] = box.send(
          { key: 'infinite-loop', data: { loop: false } },
          { key: 'infinite-loop', data: { loop: true } },
          { key: 'infinite-loop', data: { loop: false } },
        );
        await box.outcome(first);
        await until(() => box.sandbox.culprit(later) === looping);

        box.sandbox.kill();
        box.sandbox.kill();

        expect(await box.exited).toMatchObject({ reason: 'killed', lost: [looping, later], culprit: looping });
        expect(isAlive(box.sandbox.pid)).toBe(false);
        expect(box.outcomes).toHaveLength(1);
      });
    },
  );

  it('names the one whose code it cannot leave, also to those that wait for the host', async () => {
    await withSandbox(
      async (box) => {
        await box.load('kv-calls', { mode: 'jspi' });
        await box.load('infinite-loop', { mode: 'jspi' });
        const [waiting = 0] = box.send({ key: 'kv-calls', data: [['get', 'b', 'k']] });
        await until(() => box.calls.length === 1);
        expect(box.sandbox.culprit(waiting)).toBe(waiting);

        const [looping = 0] = box.send({ key: 'infinite-loop', data: { loop: true } });
        await until(() => box.sandbox.running().length === 2);

        expect(box.sandbox.culprit(waiting)).toBe(looping);
      },
      { answer: () => new Promise(() => {}) },
    );
  });

  it('blames a sleeping job for nothing but itself', async () => {
    await withSandbox(
      async (box) => {
        await box.load('kv-calls', { mode: 'jspi' });
        await box.load('uses-wasi', { mode: 'jspi' });
        const [sleeping = 0] = box.send({ key: 'uses-wasi', data: { action: 'sleep', milliseconds: 60_000 } });
        const [waiting = 0] = box.send({ key: 'kv-calls', data: [['get', 'b', 'k']] });
        await until(() => box.calls.length === 1);

        expect(box.sandbox.running().map(({ n }) => n)).toEqual([sleeping, waiting]);
        expect(box.sandbox.culprit(waiting)).toBe(waiting);
        expect(box.sandbox.culprit(sleeping)).toBe(sleeping);
      },
      { answer: () => new Promise(() => {}) },
    );
  });

  it('takes nothing after its end', async () => {
    await withSandbox(async (box) => {
      await box.load('echo');
      box.sandbox.kill();

      expect(() => box.send({ key: 'echo' })).toThrow(expect.objectContaining({ code: 'unavailable' }));
      await expect(box.load('echo')).rejects.toMatchObject({ code: 'unavailable' });
      expect(() => box.sandbox.unload('echo')).not.toThrow();
    });
  });

  it('takes a batch as a whole or not at all', async () => {
    await withSandbox(async (box) => {
      await box.load('echo');

      expect(() => box.send({ key: 'echo' }, { key: 'unknown' })).toThrow(/unknown is not loaded/);
      expect(box.sandbox.state).toBe('idle');
      const twice = {
        n: 7,
        lane: 1,
        key: 'echo',
        event: { id: 'e', tenant: 't', name: 'x', time: '', attempt: 1, data: '' },
      };
      expect(() => box.sandbox.dispatch([twice, twice])).toThrow(/event 7 is in the sandbox already/);
      expect(box.sandbox.state).toBe('idle');
    });
  });

  it('that hangs while it loads a component can be killed, and the load tells', async () => {
    await withSandbox(async (box) => {
      const loading = box.load('starts-never');
      await artifactOf('starts-never');
      await until(() => box.sandbox.state === 'busy');
      box.sandbox.kill();

      await expect(loading).rejects.toMatchObject({ code: 'unavailable' });
    });
  });

  it('that is not ready in time is given up', async () => {
    const options = { onOutcome: () => undefined, onHostCall: () => Promise.resolve({ ok: true } as const) };

    await expect(startSandbox({ ...options, startTimeoutMs: 1 })).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.runIf(existsSync('/usr/bin/setpriv'))('dies with its supervisor, even in an infinite loop', async () => {
    const program = fileURLToPath(new URL('programs/supervises-a-loop.ts', import.meta.url));
    const supervisor = spawn(process.execPath, ['--conditions=@jobico/source', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) => supervisor.stdout.once('data', (text) => resolve(Number(text))));
    expect(isAlive(pid)).toBe(true);

    supervisor.kill('SIGKILL');

    await until(() => !isAlive(pid));
  });

  it('without a job that keeps it ends when its supervisor is gone', async () => {
    await withSandbox(async (box) => {
      const ended = box.exited;
      process.kill(box.sandbox.pid, 'SIGTERM');

      expect(await ended).toMatchObject({ reason: 'crashed', message: 'It ended with SIGTERM.', lost: [] });
    });
  });
});
