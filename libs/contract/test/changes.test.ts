import { expect, test } from 'vitest';
import { changesBetween, type PackageContent } from '../src/index.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

const content = (jobs: readonly object[], rest: object = {}): PackageContent =>
  ({
    definition: { id: 'shop', tenant: 'acme', queues: [{ id: 'default' }], jobs, runtimes: [], ...rest },
    modules: { 'work.wasm': digest('a') },
    schemas: {},
  }) as unknown as PackageContent;

const job = (id: string, more: object = {}) => ({ event: { id, supplierqueue: 'default', runtime: 'work' }, ...more });

test('versions that are the same have no changes, whatever the order of their fields', () => {
  const reordered = { queues: [{ id: 'default' }], runtimes: [], tenant: 'acme', id: 'shop', jobs: [job('a')] };
  const same = { definition: reordered, modules: { 'work.wasm': digest('a') }, schemas: {} };
  expect(changesBetween(content([job('a')]), same as unknown as PackageContent)).toEqual([]);
});

test('a first version is one change, of everything', () => {
  expect(changesBetween(undefined, content([]))).toMatchObject([{ path: '', kind: 'added' }]);
});

test('jobs are known by their events, not by their places: what is new, gone and changed', () => {
  const before = content([job('a'), job('b', { timeout: 'PT1S' }), job('c')]);
  const after = content([job('new'), job('b', { timeout: 'PT2S' }), job('c')]);
  expect(changesBetween(before, after)).toEqual([
    { path: '/definition/jobs/a', kind: 'removed', before: job('a') },
    { path: '/definition/jobs/b/timeout', kind: 'changed', before: 'PT1S', after: 'PT2S' },
    { path: '/definition/jobs/new', kind: 'added', after: job('new') },
  ]);
});

test('a component of the same name with another content is a change', () => {
  const after = { ...content([]), modules: { 'work.wasm': digest('b') } };
  expect(changesBetween(content([]), after)).toEqual([
    { path: '/modules/work.wasm', kind: 'changed', before: digest('a'), after: digest('b') },
  ]);
});

test('lists without ids differ as a whole; another order is a change too', () => {
  const granted = (hosts: string[]) => content([], { grants: { work: { http: hosts } } });
  expect(changesBetween(granted(['https://a']), granted(['https://b']))).toEqual([
    { path: '/definition/grants/work/http', kind: 'changed', before: ['https://a'], after: ['https://b'] },
  ]);
  expect(changesBetween(content([job('a'), job('b')]), content([job('b'), job('a')]))).toMatchObject([
    { path: '/definition/jobs', kind: 'changed' },
  ]);
});
