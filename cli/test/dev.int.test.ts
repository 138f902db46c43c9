import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test, vi } from 'vitest';
import { start, temporaryFolder, type Running } from './support/process.ts';

const JOB = `import { defineJob } from '@jobico/sdk';
import { greeting } from './words.ts';
export const handler = defineJob<{ name: string }>(({ data }, { log }) => {
  log.info('said', greeting);
  return \`\${greeting} \${data.name}\`;
});
`;
const PACKAGE = {
  id: 'hello',
  tenant: 'acme',
  queues: [{ id: 'q' }],
  jobs: [{ event: { id: 'greet', supplierqueue: 'q', runtime: 'greet' } }],
  runtimes: [{ id: 'greet', moduleref: 'build/greet.wasm' }],
};

async function project(): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of ['src', 'events']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'package.yaml'), JSON.stringify(PACKAGE));
  await writeFile(join(folder, 'src/greet.ts'), JOB);
  await writeFile(join(folder, 'src/words.ts'), "export const greeting = 'hello';\n");
  await writeFile(join(folder, 'events/greet.json'), JSON.stringify([{ name: 'Ada' }]));
  return folder;
}

/** The lines of `jobico dev --json` so far. */
const linesOf = ({ stdout }: Running): Record<string, never>[] =>
  stdout()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, never>);

async function until<T>(
  running: Running,
  what: string,
  find: (line: Record<string, never>) => T | undefined,
): Promise<T> {
  return await vi.waitFor(
    () => {
      for (const line of linesOf(running)) {
        const found = find(line);
        if (found !== undefined) return found;
      }
      throw new Error(`${what} has not come: ${running.stdout()} ${running.stderr()}`);
    },
    { timeout: 90_000, interval: 50 },
  );
}

const resultOf = (result: string) => (line: { execution?: { result?: unknown } }) =>
  line.execution?.result === result ? true : undefined;

/** The processes that a process has started, and those that they have, by the system's own list. */
async function descendantsOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const own = text.split(' ').filter(Boolean).map(Number);
  return [...own, ...(await Promise.all(own.map(descendantsOf))).flat()];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test(
  'a save is live without a restart, what does not build leaves the old version live, and nothing is left at the end',
  { timeout: 240_000 },
  async () => {
    const folder = await project();
    const ports = ['--listener-port', '0', '--ctl-port', '0', '--nats-port', '0'];
    const dev = start(['dev', folder, '--json', '--send', ...ports], {
      JOBICO_NATS_SERVER: inject('natsServerBinary'),
    });
    const urls = await until(dev, 'ready', ({ ready }: { ready?: { urls: { listener: string } } }) => ready?.urls);
    await until(dev, 'the first version', ({ deployed }: { deployed?: { version: number } }) => deployed?.version);
    await until(dev, 'the outcome of the sample event', resultOf('hello Ada'));

    const send = async (name: string) => {
      const body = JSON.stringify({ data: [{ name }] });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${urls.listener}/events/acme/greet`, { method: 'POST', headers, body });
      expect(response.status).toBe(202);
    };
    // What the job imports is a part of it.
    await writeFile(join(folder, 'src/words.ts'), "export const greeting = 'good day';\n");
    const tookMs = await until(
      dev,
      'the second version',
      ({ deployed }: { deployed?: { version: number; tookMs: number } }) =>
        deployed?.version === 2 ? deployed.tookMs : undefined,
    );
    await send('Grace');
    await until(dev, 'the new answer', resultOf('good day Grace'));
    expect(tookMs).toBeGreaterThan(0);

    // What makes the same component makes no version.
    await writeFile(join(folder, 'src/words.ts'), "export const greeting = 'good day'; // as before\n");
    const unchanged = await until(
      dev,
      'the rebuild that changes nothing',
      ({ deployed }: { deployed?: { version: number; changed: boolean; stepsMs: object } }) =>
        deployed?.changed === false ? deployed : undefined,
    );
    expect(unchanged).toMatchObject({
      version: 2,
      stepsMs: { build: expect.any(Number), check: expect.any(Number), deploy: expect.any(Number) },
    });

    await writeFile(join(folder, 'src/greet.ts'), JOB.replace('log.info', 'log.info('));
    const failed = await until(
      dev,
      'the error',
      (line: { failed?: { code: string; details?: { place?: object } }; live?: number }) =>
        line.failed ? line : undefined,
    );
    expect(failed).toMatchObject({ failed: { code: 'build-failed', details: { place: { line: 4 } } }, live: 2 });
    await send('Alan');
    await until(dev, 'an answer of the version before', resultOf('good day Alan'));

    // Events that come while a save is built and made live all have one outcome.
    const names = Array.from({ length: 40 }, (_, n) => `waiting-${n}`);
    const sending = (async () => {
      for (const name of names) await send(name);
    })();
    await writeFile(join(folder, 'src/greet.ts'), JOB.replace('`${greeting}', '`${greeting},'));
    await until(dev, 'the third version', ({ deployed }: { deployed?: { version: number } }) =>
      deployed?.version === 3 ? true : undefined,
    );
    await sending;
    await vi.waitFor(
      () => {
        const results = linesOf(dev).flatMap(({ execution }: { execution?: { result?: unknown } }) =>
          execution ? [String(execution.result)] : [],
        );
        const counts = names.map((name) => results.filter((result) => result.endsWith(` ${name}`)).length);
        expect(counts).toEqual(names.map(() => 1));
      },
      { timeout: 60_000, interval: 100 },
    );
    await send('Mary');
    await until(dev, 'the answer of the third version', resultOf('good day, Mary'));

    const children = await descendantsOf(dev.child.pid ?? 0);
    expect(children.length).toBeGreaterThan(1);
    dev.child.kill('SIGINT');
    expect(await dev.ended).toBe(0);
    expect(children.filter(isAlive)).toEqual([]);
  },
);
