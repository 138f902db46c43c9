import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { createInspector, inspectComponent, unpackArtifact } from '@jobico/component';
import type { GateLimits } from '@jobico/component';
import type { JobicoError } from '@jobico/contract';

import { buildGuest } from '../../../test/components/build.ts';

vi.setConfig({ testTimeout: 60_000 });

/** The reasons for which a component is refused; the test fails when it is not. */
async function problemsOf(bytes: Uint8Array, limits?: Partial<GateLimits>): Promise<string[]> {
  const error = await inspectComponent(bytes, limits).then(
    () => undefined,
    (refusal: JobicoError) => refusal,
  );
  expect(error?.code).toBe('component-refused');
  const { problems } = (error?.details ?? { problems: [] }) as { problems: string[] };
  expect(problems).not.toEqual([]);
  return problems;
}

async function problemsOfGuest(guest: string): Promise<string> {
  return (await problemsOf(await buildGuest(guest))).join('\n');
}

describe('a component that fits the world', () => {
  it('passes, with its digest, its imports, its memory and both translations', async () => {
    const bytes = await buildGuest('sum-order');

    const inspected = await inspectComponent(bytes);

    expect(inspected.digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
    expect(inspected.sizeBytes).toBe(bytes.length);
    expect(inspected.imports).toContain('jobico:job/config@0.1.0');
    expect(inspected.minMemoryBytes).toBeGreaterThan(65_536);
    const { sync, jspi } = unpackArtifact(inspected.artifact);
    expect([...sync.modules.keys()]).toEqual([...jspi.modules.keys()]);
    expect(sync.source).not.toContain('process.env');
    expect(jspi.source).not.toContain('process.env');
  });

  it('may import the harmless part of WASI in any version 0.2.x', async () => {
    const bytes = Buffer.from(await buildGuest('echo'));
    const older = Buffer.from(bytes.toString('latin1').replaceAll('@0.2.12', '@0.2.10'), 'latin1');

    const inspected = await inspectComponent(older);

    expect(inspected.imports).toContain('wasi:cli/stdout@0.2.10');
  });
});

describe('what is no component', () => {
  it('is refused as a core module, with the way from the first Jobico to this one', async () => {
    const problems = await problemsOfGuest('core-module');

    expect(problems).toMatch(/it is a core module, not a component/);
    expect(problems).toMatch(/jobico:job/);
  });

  it('is refused when it is something else', async () => {
    const random = createHash('sha512').update('seed').digest();

    expect(await problemsOf(random)).toEqual(['it is not a WebAssembly component']);
    expect(await problemsOf(Buffer.from('{"not": "wasm"}'))).toEqual(['it is not a WebAssembly component']);
    expect(await problemsOf(new Uint8Array())).toEqual(['it ends too early: the file is cut short']);
  });

  it('is refused wherever it is cut off', async () => {
    const bytes = await buildGuest('unreachable');
    const cuts = [7, 9, 40, bytes.length >> 1, bytes.length - 60, bytes.length - 1];

    const all = await Promise.all(cuts.map((length) => problemsOf(bytes.subarray(0, length))));

    expect(all).toHaveLength(cuts.length);
  });

  it('is refused, and crashes nothing, whichever byte of it is changed', async () => {
    const bytes = await buildGuest('unreachable');
    const offsets = Array.from({ length: 24 }, (_, index) => Math.floor((bytes.length * index) / 24));
    for (const offset of offsets) {
      const changed = Uint8Array.from(bytes);
      changed[offset] = (changed[offset] ?? 0) ^ 0xff;
      const verdict = await inspectComponent(changed).then(
        () => 'passed',
        (error: JobicoError) => error.code,
      );
      expect(['passed', 'component-refused']).toContain(verdict);
    }
  });
});

describe('a component that wants what jobs do not get', () => {
  it('is refused by the name of what it imports', async () => {
    expect(await problemsOfGuest('imports-sockets')).toMatch(
      /imports "wasi:sockets\/tcp@0\.2\.0": jobs have no network/,
    );
    expect(await problemsOfGuest('imports-http')).toMatch(/imports "wasi:http\/outgoing-handler@0\.2\.0"/);
    expect(await problemsOfGuest('imports-unknown')).toMatch(
      /imports "acme:secrets\/vault@1\.0\.0", which is not part/,
    );
  });

  it('is refused when it exports no handler, or one of other types', async () => {
    expect(await problemsOfGuest('no-handler')).toMatch(/does not export jobico:job\/handler@0\.1\.0/);
    expect(await problemsOfGuest('wrong-signature')).toMatch(/exports jobico:job\/handler@0\.1\.0 with other types/);
  });

  it('is refused when it imports a function of the world by other types, which are named', async () => {
    expect(await problemsOfGuest('wrong-import')).toMatch(/`get`.*expected primitive `u32` found primitive `string`/);
  });
});

describe('a component that attacks the translator', () => {
  it('is refused for names that would become code', async () => {
    expect(await problemsOfGuest('hostile-names')).toMatch(/has the name "'\+process\.exit\(66\)\+'.*not allowed/);
  });

  it('shows no control characters of a name', async () => {
    const bytes = Buffer.from(await buildGuest('imports-unknown'));
    const hostile = Buffer.from(bytes.toString('latin1').replace('acme:secrets', 'ac\u001b[2Jcrets'), 'latin1');

    const problems = await problemsOf(hostile);

    // eslint-disable-next-line no-control-regex
    expect(problems.join('')).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe('a component that is too much', () => {
  it('is refused for its size before it is read', async () => {
    const problems = await problemsOf(await buildGuest('unreachable'), { maxBytes: 100 });

    expect(problems).toEqual([expect.stringMatching(/^it is \d+ bytes long, more than 100$/)]);
  });

  it('is refused for memory that it wants from the start', async () => {
    expect(await problemsOfGuest('huge-memory')).toMatch(/needs 4096 MiB of memory to start, more than 256 MiB/);
  });

  it('is refused for too many modules, memories or imports', async () => {
    const problems = await problemsOfGuest('many-memories');

    expect(problems).toMatch(/has 100 core modules/);
    expect(problems).toMatch(/has 100 memories, more than 8/);
    expect(await problemsOf(await buildGuest('echo'), { maxImports: 3 })).toContainEqual(
      expect.stringMatching(/imports, more than 3/),
    );
  });

  it('is refused for instances that it multiplies by nesting', async () => {
    expect(await problemsOfGuest('multiplies')).toMatch(/1000000 instances/);
  });

  it('is refused when it takes longer than the deadline, and its process is gone', async () => {
    const problems = await problemsOf(await buildGuest('echo'), { deadlineMs: 1 });

    expect(problems).toEqual([expect.stringMatching(/^it took longer than 0\.001 s to check and translate/)]);
  });
});

describe('a gate of which a process stands ready', () => {
  it('says the same of each component as one that does not', async () => {
    const inspector = createInspector({ spare: true });
    onTestFinished(() => inspector.close());
    const bytes = await buildGuest('sum-order');
    const expected = await inspectComponent(bytes);

    for (const _ of ['that stood ready', 'that was started for it', 'that was started for it']) {
      const inspected = await inspector.inspect(bytes);
      expect(inspected.digest).toBe(expected.digest);
      expect(inspected.imports).toEqual(expected.imports);
      expect(Buffer.compare(inspected.artifact, expected.artifact)).toBe(0);
    }
    await expect(inspector.inspect(await buildGuest('hostile-names'))).rejects.toMatchObject({
      code: 'component-refused',
    });
  });

  it('gives each component a process of its own', async () => {
    const inspector = createInspector({ spare: true });
    onTestFinished(() => inspector.close());
    const bytes = await buildGuest('echo');

    await expect(inspector.inspect(bytes, { deadlineMs: 1 })).rejects.toThrow(/took longer than 0\.001 s/);
    // The process that was stopped had been the one that stood ready.
    expect(await inspector.inspect(bytes)).toMatchObject({ sizeBytes: bytes.length });
  });

  // Elsewhere there is no list of a process's children.
  it.runIf(process.platform === 'linux')('has none left once it is closed', async () => {
    const before = new Set(await childrenOf(process.pid));
    const newChildren = async () => (await childrenOf(process.pid)).filter((pid) => !before.has(pid));
    const inspector = createInspector({ spare: true });
    await expect.poll(newChildren).toHaveLength(1);
    inspector.close();

    await expect.poll(newChildren).toEqual([]);
  });
});

/** By the system's own list. */
async function childrenOf(pid: number): Promise<string[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => ''));
  return (await Promise.all(lists)).join(' ').split(' ').filter(Boolean);
}
