/** What JavaScript finds in a sandbox, should a component ever get past the gate with code of its own. */
import { existsSync } from 'node:fs';

import { describe, expect, it, vi } from 'vitest';

import { packArtifact } from '@jobico/component';

import { spawnSandbox } from '../src/sandbox/child-process.ts';
import { NO_LIMITS } from '../src/sandbox/frames.ts';
import { withSandbox } from './harness.ts';

vi.setConfig({ testTimeout: 60_000 });

/** An artifact as no gate makes one: the body of `handle`, run as it stands. */
function artifactOfCode(handle: string): Uint8Array {
  const source = `"use strict"; const given = this; return function instantiate(getCoreModule, imports, instantiateCore) {
    return { 'jobico:job/handler@0.1.0': { async handle(event) { ${handle} } } };
  };`;
  const variant = { source, modules: new Map<string, Uint8Array>() };
  return packArtifact({ sync: variant, jspi: variant });
}

/** Runs code in a sandbox; what it returns, as JSON. */
async function resultOf(code: string): Promise<unknown> {
  let result: unknown;
  await withSandbox(async (box) => {
    await box.sandbox.load({ key: 'code', artifact: artifactOfCode(code), mode: 'jspi', config: {} });
    const [outcome] = await box.run({ key: 'code' });
    expect(outcome?.message).toBeUndefined();
    result = JSON.parse(outcome?.result ?? 'null');
  });
  return result;
}

describe('the process of a sandbox', () => {
  it('can by its flags alone read, write, start, load and connect to nothing', async () => {
    const said = Promise.withResolvers<unknown>();
    const program = new URL('programs/reaches-out.mjs', import.meta.url);
    const child = spawnSandbox({
      program,
      maxMemoryBytes: 16 << 20,
      maxHeapBytes: 64 << 20,
      frameLimits: () => NO_LIMITS,
      onFrame: (message) => said.resolve(message),
      onChunkEnd: () => undefined,
      onBrokenStream: said.reject,
    });
    void child.ended.then(({ output }) => said.reject(new Error(output)));
    const results = await said.promise;
    child.kill();

    expect(results).toEqual({
      readFile: 'ERR_ACCESS_DENIED',
      readOwnPackage: 'ERR_ACCESS_DENIED',
      listRoot: 'ERR_ACCESS_DENIED',
      writeFile: 'ERR_ACCESS_DENIED',
      spawn: 'ERR_ACCESS_DENIED',
      thread: 'ERR_ACCESS_DENIED',
      connect: 'ERR_ACCESS_DENIED',
      connectPipe: 'ERR_ACCESS_DENIED',
      listen: 'ERR_ACCESS_DENIED',
      udp: 'ERR_ACCESS_DENIED',
      resolve: 'ERR_ACCESS_DENIED',
      fetch: expect.stringContaining('Use --allow-net'),
      inspect: expect.stringMatching(/^ERR_/),
      addon: 'ERR_DLOPEN_DISABLED',
      binding: 'ERR_ACCESS_DENIED',
      sqlite: 'ERR_UNKNOWN_BUILTIN_MODULE',
      ffi: 'ERR_UNKNOWN_BUILTIN_MODULE',
      wasi: 'ERR_ACCESS_DENIED',
      evaluate: 'EvalError',
      proto: 'TypeError',
      environment: [],
    });
    expect(existsSync(new URL('programs/written', import.meta.url))).toBe(false);
  });
});

describe('code that runs where a component should', () => {
  it('finds no name of the platform', async () => {
    const names = await resultOf(`
      return JSON.stringify(Reflect.ownKeys(globalThis).map(String).filter((name) => typeof globalThis[name] !== 'undefined'));
    `);

    const platform = ['process', 'require', 'global', 'fetch', 'Buffer', 'crypto', 'performance', 'setTimeout', 'eval'];
    expect((names as string[]).filter((name) => platform.includes(name))).toEqual([]);
    expect(names).toContain('WebAssembly');
    expect((names as string[]).length).toBeLessThan(70);
  });

  it('finds none by other ways: the module loader, the function constructor, stack frames, prototypes', async () => {
    const results = await resultOf(`
      const tries = {
        this: () => typeof given,
        require: () => typeof require,
        module: () => typeof module,
        process: () => typeof process,
        function: () => Function('return process')(),
        asyncFunction: () => (async () => {}).constructor('return process')(),
        eval: () => (0, eval)('process'),
        import: () => import('node:fs'),
        importFile: () => import('file:///etc/passwd'),
        hostFunction: () => imports['jobico:job/log'].write.constructor('return process')(),
        frames: () => {
          Error.prepareStackTrace = (error, frames) => frames.map((frame) => [typeof frame.getThis(), typeof frame.getFunction()]);
          const frames = new Error('x').stack;
          return Array.isArray(frames) ? frames.flat().filter((type) => type !== 'undefined').length : 'text';
        },
        getter: () => {
          for (const name of ['domain', 'fd', 'noDeprecation']) Object.defineProperty(Object.prototype, name, { get() { return this; } });
        },
        timer: () => typeof setTimeout(() => {}, 1),
        console: () => Object.keys(console).join(),
        wasmStreaming: () => typeof WebAssembly.compileStreaming(new Uint8Array()),
      };
      const results = {};
      for (const [name, attempt] of Object.entries(tries)) {
        try { results[name] = await attempt() ?? 'nothing'; } catch (error) { results[name] = error.name; }
      }
      return JSON.stringify(results);
    `);

    expect(results).toEqual({
      this: expect.stringMatching(/undefined|object/),
      require: 'undefined',
      module: 'undefined',
      process: 'undefined',
      function: 'EvalError',
      asyncFunction: 'EvalError',
      eval: 'ReferenceError',
      import: 'TypeError',
      importFile: 'TypeError',
      hostFunction: 'EvalError',
      frames: expect.toSatisfy((found: unknown) => found === 0 || found === 'text' || found === 'TypeError'),
      getter: 'TypeError',
      timer: 'number',
      console: 'debug,error',
      wasmStreaming: expect.anything(),
    });
  });

  it('cannot speak for an event that is not its own, nor end more than once', async () => {
    await withSandbox(async (box) => {
      const code = `return JSON.stringify(event.id)`;
      await box.sandbox.load({ key: 'code', artifact: artifactOfCode(code), mode: 'jspi', config: {} });

      const outcomes = await box.run({ key: 'code' }, { key: 'code' }, { key: 'code' });

      expect(outcomes.map(({ result }) => result)).toEqual(['"event-1"', '"event-2"', '"event-3"']);
      expect(box.outcomes).toHaveLength(3);
    });
  });

  it('is killed with its process when it fills the heap, and is named as the one to blame', async () => {
    await withSandbox(
      async (box) => {
        const code = `const kept = []; for (;;) kept.push(new Array(1000).fill(event));`;
        await box.sandbox.load({ key: 'code', artifact: artifactOfCode(code), mode: 'jspi', config: {} });

        const [n] = box.send({ key: 'code' });
        const exit = await box.exited;

        expect(exit).toMatchObject({ reason: 'memory', lost: [n], culprit: n });
        expect(box.outcomes).toEqual([]);
      },
      { maxHeapBytes: 32 << 20 },
    );
  });
});
