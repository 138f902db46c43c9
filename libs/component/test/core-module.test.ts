import { readFile } from 'node:fs/promises';

import { componentOfCore, inspectComponent, isCoreModule, startSandbox } from '@jobico/component';
import type { SandboxOutcome } from '@jobico/component';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000 });

const wit = await readFile(new URL('../../../wit/job.wit', import.meta.url), 'utf8');

/** A job that finds out what preview 1 gives; it traps where that is not so, and prints its event's data. */
const ASKS_PREVIEW_1 = `
(module
  (type $pair (func (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (type $pair)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (type $pair)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environment (type $pair)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $directory (type $pair)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $free (mut i32) (i32.const 4096))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.set $free (i32.add (local.get $at) (local.get 3)))
    (local.get $at))
  (func $need (param i32) (if (i32.eqz (local.get 0)) (then (unreachable))))
  (func $time (param i32) (result i64)
    (call $need (i32.eqz (call $clock (local.get 0) (i64.const 0) (i32.const 512))))
    (i64.load (i32.const 512)))
  (func (export "jobico:job/handler@0.1.0#handle")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (param $data i32) (param $length i32) (result i32)
    (local $before i64)
    ;; What stands low in memory is still there after calls that answer through memory.
    (i64.store (i32.const 16) (i64.const 0x1122334455667788))
    (i64.store (i32.const 24) (i64.const 0x1020304050607080))
    ;; 2001-09-09, and later than that.
    (call $need (i64.gt_u (call $time (i32.const 0)) (i64.const 1000000000000000000)))
    (local.set $before (call $time (i32.const 1)))
    ;; Two timers: the one of 20 ms is told, the other goes on for an hour.
    (i64.store (i32.const 600) (i64.const 71))
    (i32.store8 (i32.const 608) (i32.const 0))
    (i32.store (i32.const 616) (i32.const 1))
    (i64.store (i32.const 624) (i64.const 3600000000000))
    (i64.store (i32.const 648) (i64.const 72))
    (i32.store (i32.const 664) (i32.const 1))
    (i64.store (i32.const 672) (i64.const 20000000))
    (call $need (i32.eqz (call $poll (i32.const 600) (i32.const 800) (i32.const 2) (i32.const 900))))
    (call $need (i32.eq (i32.load (i32.const 900)) (i32.const 1)))
    (call $need (i64.eq (i64.load (i32.const 800)) (i64.const 72)))
    (call $need (i64.ge_u (i64.sub (call $time (i32.const 1)) (local.get $before)) (i64.const 20000000)))
    ;; Two numbers of 8 bytes, not the same and not nothing.
    (call $need (i32.eqz (call $random (i32.const 1000) (i32.const 16))))
    (call $need (i64.ne (i64.load (i32.const 1000)) (i64.load (i32.const 1008))))
    (call $need (i64.ne (i64.load (i32.const 1000)) (i64.const 0)))
    (call $need (i64.eqz (i64.load (i32.const 1016))))
    ;; No arguments, no environment, no directories, no files, no input.
    (i64.store (i32.const 1024) (i64.const -1))
    (call $need (i32.eqz (call $args (i32.const 1024) (i32.const 1028))))
    (call $need (i64.eqz (i64.load (i32.const 1024))))
    (i64.store (i32.const 1024) (i64.const -1))
    (call $need (i32.eqz (call $environment (i32.const 1024) (i32.const 1028))))
    (call $need (i64.eqz (i64.load (i32.const 1024))))
    (call $need (i32.eq (call $directory (i32.const 3) (i32.const 1024)) (i32.const 8)))
    (call $need (i32.eq (i32.const 76)
      (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0) (i64.const 0)
        (i32.const 0) (i32.const 1024))))
    (i32.store (i32.const 1024) (i32.const -1))
    (call $need (i32.eqz (call $fd_read (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1024))))
    (call $need (i32.eqz (i32.load (i32.const 1024))))
    ;; Its data twice to the standard error, and once to no such stream.
    (i32.store (i32.const 1100) (local.get $data))
    (i32.store (i32.const 1104) (local.get $length))
    (i32.store (i32.const 1108) (local.get $data))
    (i32.store (i32.const 1112) (local.get $length))
    (call $need (i32.eqz (call $fd_write (i32.const 2) (i32.const 1100) (i32.const 2) (i32.const 1120))))
    (call $need (i32.eq (i32.load (i32.const 1120)) (i32.mul (local.get $length) (i32.const 2))))
    (call $need (i32.eq (i32.const 8) (call $fd_write (i32.const 3) (i32.const 1100) (i32.const 1) (i32.const 1120))))
    (call $need (i64.eq (i64.load (i32.const 16)) (i64.const 0x1122334455667788)))
    (call $need (i64.eq (i64.load (i32.const 24)) (i64.const 0x1020304050607080)))
    ;; ok, and no result.
    (i64.store (i32.const 2048) (i64.const 0))
    (i64.store (i32.const 2056) (i64.const 0))
    (i32.const 2048)))
`;

describe('the component of a core module', () => {
  for (const mode of ['sync', 'jspi'] as const) {
    it(`has clocks, random numbers and output of WASI preview 1, and nothing else of it (${mode})`, async () => {
      const core = await parse(ASKS_PREVIEW_1);
      expect(isCoreModule(core)).toBe(true);
      const component = await componentOfCore(core, wit);
      expect(isCoreModule(component)).toBe(false);
      const outcome = await runOnce(component, mode, '"printed"');
      expect(outcome).toMatchObject({ status: 'ok' });
      expect(outcome.logs.map(({ message }) => message)).toEqual(['"printed""printed"']);
    });
  }

  it('asks for no interface that gives files, arguments or a network', async () => {
    const { imports } = await inspectComponent(await componentOfCore(await parse(ASKS_PREVIEW_1), wit));
    const wasi = imports.filter((name) => name.startsWith('wasi:'));
    expect(wasi.map((name) => name.replace(/@.*/, '')).toSorted()).toEqual([
      'wasi:cli/stderr',
      'wasi:cli/stdout',
      'wasi:clocks/monotonic-clock',
      'wasi:clocks/wall-clock',
      'wasi:io/error',
      'wasi:io/poll',
      'wasi:io/streams',
      'wasi:random/random',
    ]);
  });

  it('says what a module lacks that implements no job', async () => {
    const made = componentOfCore(await parse('(module (memory (export "memory") 1))'), wit);
    await expect(made).rejects.toMatchObject({
      code: 'component-refused',
      message: expect.stringContaining(
        'failed to find export of interface `jobico:job/handler@0.1.0` function `handle`',
      ),
    });
  });
});

async function runOnce(component: Uint8Array, mode: 'sync' | 'jspi', data: string): Promise<SandboxOutcome> {
  const { artifact } = await inspectComponent(component);
  const { promise, resolve } = Promise.withResolvers<SandboxOutcome>();
  const sandbox = await startSandbox({
    onOutcome: ([outcome]) => outcome && resolve(outcome),
    onHostCall: () => Promise.reject(new Error('nothing is granted')),
  });
  try {
    await sandbox.load({ key: 'job', artifact, mode, config: {} });
    const time = '2030-01-01T00:00:00.000Z';
    const event = { id: 'event-1', tenant: 'acme', name: 'asked', time, attempt: 1, data };
    sandbox.dispatch([{ n: 1, lane: 1, key: 'job', event }]);
    return await promise;
  } finally {
    sandbox.kill();
    await sandbox.exited;
  }
}
