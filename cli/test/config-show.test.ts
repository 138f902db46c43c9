import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { SETTINGS, type ResolvedConfig } from '@jobico/config';
import { shownConfig } from '../src/show/describe-config.ts';
import { finish, temporaryFolder } from './support/process.ts';

// Each runs a process.
vi.setConfig({ testTimeout: 60_000 });

interface Shown {
  appEnv: string;
  settings: { name: string; value: unknown; source: string }[];
}

test('config show tells every setting and where it comes from', async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'jobico.yaml'), 'ctlPort: 9\nnatsPort: 8\n');
  await writeFile(join(cwd, '.env.test'), 'JOBICO_NATS_PORT=7\n');
  const args = ['config', 'show', '-e:APP_ENV=test', '--env:JOBICO_LOG_LEVEL=debug', '--json'];
  const { stdout } = await finish(args, { JOBICO_HOST: '::1' }, { cwd });
  const { appEnv, settings } = JSON.parse(stdout) as Shown;
  expect(appEnv).toBe('test');
  expect(settings.map(({ name }) => name)).toEqual(Object.values(SETTINGS).map(({ name }) => name));
  expect(
    settings.filter(({ source }) => source !== 'default').map(({ name, value, source }) => [name, value, source]),
  ).toEqual([
    ['JOBICO_HOST', '::1', 'environment'],
    ['JOBICO_CTL_PORT', 9, 'jobico.yaml:1'],
    ['JOBICO_NATS_PORT', 7, '.env.test:1'],
    ['JOBICO_LOG_LEVEL', 'debug', '--env'],
  ]);
});

test('faults are told all at once, each with its line, with exit code 2', async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'jobico.yaml'), 'logLevel: loud\n');
  const { exitCode, stderr } = await finish(['config', 'show'], { JOBICO_HSOT: 'x' }, { cwd });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`${join(cwd, 'jobico.yaml')}:1  /JOBICO_LOG_LEVEL`);
  expect(stderr).toContain('did you mean JOBICO_HOST?');
});

test('up refuses the same faults before it starts anything', async () => {
  const cwd = await temporaryFolder();
  const { exitCode, stderr } = await finish(['up', '--env:JOBICO_GRACE_MS=-1', '--env:JOBICO_CTL_PORT=x'], {}, { cwd });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('/JOBICO_GRACE_MS');
  expect(stderr).toContain('/JOBICO_CTL_PORT');
});

test('a secret is never shown', () => {
  const config = { natsUrl: 'nats://me:pass@host' };
  const sources = { natsUrl: 'environment' };
  const { settings } = shownConfig({ appEnv: 'test', config, sources } as unknown as ResolvedConfig, []);
  expect(settings.find(({ key }) => key === 'natsUrl')?.value).toBe('nats://me:********@host');
});
