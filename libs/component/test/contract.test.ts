import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { ARTIFACT_VERSION } from '@jobico/component';

import { contractFile, generateContract } from '../src/gate/generate-contract.ts';
import { readContract } from '../src/gate/contract.ts';

describe('the contract that the gate holds components to', () => {
  it('is the one that wit/ describes', { timeout: 30_000 }, async () => {
    const kept = await readFile(new URL('../src/gate/contract-wat.ts', import.meta.url), 'utf8');

    expect(kept).toBe(contractFile(await generateContract()));
  });

  it('grants no interface of WASI that reaches files by name, the network or other processes', () => {
    const names = [...readContract().imports.keys()];

    expect(names.filter((name) => name.startsWith('wasi:')).toSorted()).toEqual([
      'wasi:cli/environment@0.2',
      'wasi:cli/exit@0.2',
      'wasi:cli/stderr@0.2',
      'wasi:cli/stdin@0.2',
      'wasi:cli/stdout@0.2',
      'wasi:cli/terminal-input@0.2',
      'wasi:cli/terminal-output@0.2',
      'wasi:cli/terminal-stderr@0.2',
      'wasi:cli/terminal-stdin@0.2',
      'wasi:cli/terminal-stdout@0.2',
      'wasi:clocks/monotonic-clock@0.2',
      'wasi:clocks/wall-clock@0.2',
      'wasi:filesystem/preopens@0.2',
      'wasi:filesystem/types@0.2',
      'wasi:io/error@0.2',
      'wasi:io/poll@0.2',
      'wasi:io/streams@0.2',
      'wasi:random/insecure-seed@0.2',
      'wasi:random/insecure@0.2',
      'wasi:random/random@0.2',
    ]);
  });

  it('reads no contract that has more than interfaces', () => {
    expect(() => readContract('  (import "acme:host/thing" (func (type 0)))\n')).toThrow(/interfaces only/);
  });
});

describe('the version of artifacts', () => {
  it('names the translator that is installed', async () => {
    const url = new URL('../package.json', import.meta.resolve('@bytecodealliance/jco-transpile'));
    const { version } = JSON.parse(await readFile(url, 'utf8')) as { version: string };

    expect(ARTIFACT_VERSION).toMatch(new RegExp(`^jco-transpile-${version.replaceAll('.', '\\.')}-\\d+$`));
  });
});
