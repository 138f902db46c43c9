import { expect, test } from 'vitest';
import type { DownloadOptions } from '../src/download.ts';
import { downloadText } from '../src/download.ts';
import { serve } from './support/release-mirror.ts';

const options: DownloadOptions = { env: {}, maximumBytes: 1_000, connectMs: 2_000, stallMs: 2_000 };

test('goes through the proxy that the environment names', async () => {
  const asked: (string | undefined)[] = [];
  const proxy = await serve((request, response) => {
    asked.push(request.url);
    response.end('by proxy');
  });
  const text = await downloadText(new URL('http://mirror.invalid/file'), { ...options, env: { HTTP_PROXY: proxy } });
  expect(text).toBe('by proxy');
  expect(asked).toEqual(['http://mirror.invalid/file']);
});

test('goes past the proxy for what NO_PROXY names', async () => {
  const url = await serve((_, response) => response.end('direct'));
  const env = { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' };
  expect(await downloadText(new URL(url), { ...options, env })).toBe('direct');
});

test('a body without a length is cut at the allowed size', async () => {
  const url = await serve((_, response) => response.write('x'.repeat(1_001)));
  await expect(downloadText(new URL(url), options)).rejects.toThrow('larger than the 1000 bytes allowed');
});

test('redirects without an end are given up', async () => {
  const url = await serve((_, response) => response.writeHead(302, { location: '/again' }).end());
  await expect(downloadText(new URL(url), options)).rejects.toThrow('more than 5 redirects');
});
