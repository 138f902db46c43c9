import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { HostAnswer, HttpRequest } from '@jobico/component';
import { describe, expect, it, vi } from 'vitest';
import { runPackage, type PackageRun } from './support/run-package.ts';
import { missingToolchain, toolchainEnv, whyNot } from './support/toolchains.ts';

// Compilers that have nothing in their caches take a minute and more.
vi.setConfig({ testTimeout: 600_000 });

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

interface Example {
  name: string;
  language: string;
  event: string;
  unitTest: readonly [string, ...string[]];
}

const CSV: Example = { name: 'csv', language: 'c', event: 'csv-received', unitTest: ['sh', 'test.sh'] };
const LIMITS: Example = { name: 'limits', language: 'go', event: 'request-seen', unitTest: ['go', 'test', './...'] };
const TEXT: Example = { name: 'text', language: 'rust', event: 'text-received', unitTest: ['cargo', 'test'] };
const CURRENCY: Example = {
  name: 'currency',
  language: 'python',
  event: 'amount-quoted',
  unitTest: ['python3', '-m', 'unittest'],
};

/** Builds an example as its author does, by `jobico build`, and sends its sample events through it. */
async function runExample(
  { name, event }: Example,
  options: { http?: (request: HttpRequest) => HostAnswer } = {},
): Promise<PackageRun> {
  const folder = join(root, 'examples', name);
  await run(process.execPath, [join(root, 'cli/bin/jobico.js'), 'build', folder], { env: toolchainEnv });
  const samples = JSON.parse(await readFile(join(folder, 'events', `${event}.json`), 'utf8')) as unknown[];
  return runPackage(join(folder, `${name}.yaml`), { [event]: samples }, options);
}

const outcomes = ({ runs }: PackageRun) => runs.map(({ status, result, message }) => [status, result ?? message]);

describe.each([CSV, LIMITS, TEXT, CURRENCY])(
  'the example $name',
  ({ name, language, unitTest: [program, ...args] }) => {
    const missing = missingToolchain(language);
    it.skipIf(missing)(`passes its own unit test${whyNot(missing)}`, async () => {
      await expect(run(program, args, { cwd: join(root, 'examples', name), env: toolchainEnv })).resolves.toBeDefined();
    });
  },
);

describe('the example csv, in C', () => {
  const missing = missingToolchain('c');
  it.skipIf(missing)(`makes objects of lines, and says which line is at fault${whyNot(missing)}`, async () => {
    expect(outcomes(await runExample(CSV))).toEqual([
      [
        'ok',
        {
          name: 'prices.csv',
          rows: [
            { sku: 'TEA-1', name: 'Earl Grey', price: '8.95' },
            { sku: 'TEA-2', name: 'Oolong, "spring"', price: '12.40' },
          ],
        },
      ],
      [
        'ok',
        {
          name: 'places.csv',
          rows: [
            { city: 'Zürich', note: 'two\nlines' },
            { city: 'Porto', note: '' },
          ],
        },
      ],
      ['dead', 'line 3 has 1 of 2 fields'],
      ['dead', 'line 2: a quote is not closed'],
    ]);
  });
});

describe('the example limits, in Go', () => {
  const missing = missingToolchain('go');
  it.skipIf(missing)(
    `counts by client and window, and raises an event for the first excess${whyNot(missing)}`,
    async () => {
      const { runs, kv } = await runExample(LIMITS);
      const seen = runs.filter(({ event }) => event === 'request-seen');
      expect(seen.map(({ status, result }) => [status, result])).toEqual([
        ['ok', { allowed: true, left: 2 }],
        ['ok', { allowed: true, left: 1 }],
        ['ok', { allowed: true, left: 2 }],
        ['ok', { allowed: true, left: 0 }],
        ['ok', { allowed: false, left: 0 }],
        ['ok', { allowed: false, left: 0 }],
        ['ok', { allowed: true, left: 2 }],
      ]);
      expect(runs.filter(({ event }) => event === 'limit-exceeded')).toMatchObject([{ status: 'ok' }]);
      expect(kv.json('windows', 'robot')).toMatchObject({ since: 1060, count: 1 });
    },
  );
});

describe('the example text, in Rust', () => {
  const missing = missingToolchain('rust');
  it.skipIf(missing)(`goes through three stages, each an event of its own${whyNot(missing)}`, async () => {
    const { runs } = await runExample(TEXT);
    expect(runs.map(({ event, status }) => `${event} ${status}`)).toEqual([
      'text-received ok',
      'text-received ok',
      'text-received dead',
      'text-cleaned ok',
      'text-cleaned ok',
      'words-counted ok',
      'words-counted ok',
    ]);
    expect(runs.slice(-2).map(({ result }) => result)).toEqual([
      { id: 'proverb', total: 8, distinct: 6, top: ['bird', 'worm', 'by'] },
      { id: 'german', total: 8, distinct: 6, top: ['macht', 'übung', 'den'] },
    ]);
  });
});

describe('the example currency, in Python', () => {
  const missing = missingToolchain('python');
  it.skipIf(missing)(
    `asks the granted host for a rate, and tries again while it is in trouble${whyNot(missing)}`,
    async () => {
      const asked: HttpRequest[] = [];
      const http = (request: HttpRequest): HostAnswer => {
        asked.push(request);
        const status = request.url.includes('XTS') ? 404 : asked.length === 1 ? 503 : 200;
        const body = new TextEncoder().encode(status === 200 ? '{"rates":{"EUR":0.85432}}' : '{}');
        return { ok: true, value: { status, headers: [['content-type', 'application/json']], body } };
      };
      expect(outcomes(await runExample(CURRENCY, { http }))).toEqual([
        ['retry', 'the rates answer 503'],
        ['ok', { id: 'q-2', cents: 500, currency: 'EUR', rate: '1' }],
        ['dead', 'there is no rate from XTS to EUR'],
        ['ok', { id: 'q-1', cents: 1708, currency: 'EUR', rate: '0.85432' }],
      ]);
      expect(asked.map(({ url }) => url)).toEqual([
        'https://api.frankfurter.dev/v1/latest?base=USD&symbols=EUR',
        'https://api.frankfurter.dev/v1/latest?base=XTS&symbols=EUR',
        'https://api.frankfurter.dev/v1/latest?base=USD&symbols=EUR',
      ]);
    },
  );
});

describe('the files that examples share with the templates of `jobico init`', () => {
  it.each([
    ['csv/src/jobico.c', 'c/src/jobico.c'],
    ['csv/src/jobico.h', 'c/src/jobico.h'],
    ['csv/src/json.c', 'c/src/json.c'],
    ['csv/src/json.h', 'c/src/json.h'],
    ['csv/build.sh', 'c/build.sh'],
    ['limits/jobico/jobico.go', 'go/jobico/jobico.go'],
    ['limits/jobico/host.go', 'go/jobico/host.go'],
    ['limits/jobico/host_elsewhere.go', 'go/jobico/host_elsewhere.go'],
    ['text/src/jobico.rs', 'rust/src/jobico.rs'],
    ['currency/jobico.py', 'python/jobico.py'],
  ])('examples/%s is the same as in the template', async (example, template) => {
    const [ours, theirs] = await Promise.all([
      readFile(join(root, 'examples', example), 'utf8'),
      readFile(join(root, 'cli/templates', template), 'utf8'),
    ]);
    expect(ours).toBe(theirs);
  });

  it.each(['text', 'currency'])('examples/%s has the contract of wit/', async (name) => {
    const read = (file: string): Promise<string> => readFile(join(root, file), 'utf8');
    expect(await read(`examples/${name}/wit/job.wit`)).toBe(await read('wit/job.wit'));
  });
});
