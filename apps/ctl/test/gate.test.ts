import { JobicoError } from '@jobico/contract';
import type { ArtifactStore } from '@jobico/messaging';
import { expect, test } from 'vitest';
import { createGate } from '../src/files/gate.ts';

function storeInMemory(): ArtifactStore {
  const kept = new Map<string, Uint8Array>();
  const has = (digest: string, version: string) => Promise.resolve(kept.has(`${digest} ${version}`));
  return {
    has,
    use: has,
    put: (digest, version, artifact) => Promise.resolve(void kept.set(`${digest} ${version}`, artifact)),
    get: (digest, version) => Promise.resolve(kept.get(`${digest} ${version}`)),
  };
}

const content = (text: string) => () => Promise.resolve(Buffer.from(text));

test('a digest is inspected once, asked for at once or one after another', async () => {
  let runs = 0;
  const inspect = () => {
    runs += 1;
    return Promise.resolve({ digest: 'd', artifact: new Uint8Array(1) });
  };
  const gate = createGate({ inspect, artifacts: storeInMemory(), artifactVersion: '1' });
  await Promise.all([gate.admit('d', content('d')), gate.admit('d', content('d'))]);
  await gate.admit('d', () => Promise.reject(new Error('asked for content again')));
  expect(runs).toBe(1);
});

test('an artifact of another version of the translator counts as none', async () => {
  const artifacts = storeInMemory();
  await artifacts.put('d', '1', new Uint8Array(1));
  let runs = 0;
  const inspect = () => {
    runs += 1;
    return Promise.resolve({ digest: 'd', artifact: new Uint8Array(1) });
  };
  await createGate({ inspect, artifacts, artifactVersion: '2' }).admit('d', content('d'));
  expect(runs).toBe(1);
});

test('two components are inspected at once and no more, whoever asks', async () => {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const inspect = async (component: Uint8Array) => {
    const name = Buffer.from(component).toString();
    started.push(name);
    await new Promise<void>((resolve) => ends.set(name, resolve));
    return { digest: name, artifact: new Uint8Array(1) };
  };
  const gate = createGate({ inspect, artifacts: storeInMemory(), artifactVersion: '1' });
  const all = ['a', 'b', 'c', 'd'].map((name) => gate.admit(name, content(name)));
  await new Promise(setImmediate);
  expect(started).toEqual(['a', 'b']);
  ends.get('a')?.();
  await all[0];
  await new Promise(setImmediate);
  expect(started).toEqual(['a', 'b', 'c']);
  ends.get('b')?.();
  ends.get('c')?.();
  await all[2];
  await new Promise(setImmediate);
  ends.get('d')?.();
  await Promise.all(all);
});

test('a refusal is told problem by problem, and frees its place', async () => {
  const problems = ['it imports wasi:http', 'it exports no handler'];
  const inspect = () => Promise.reject(new JobicoError('component-refused', 'refused', { details: { problems } }));
  const gate = createGate({ inspect, artifacts: storeInMemory(), artifactVersion: '1' });
  for (const name of ['a', 'b', 'c']) {
    await expect(gate.admit(name, content(name))).rejects.toMatchObject({
      code: 'component-refused',
      faults: problems.map((message) => ({ path: '', message })),
    });
  }
});
