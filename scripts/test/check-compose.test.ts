import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..');
const composeFile = join(root, 'docker-compose.yml');

interface Service {
  ports?: string[];
  command?: string[];
  healthcheck?: { test: string[] };
  environment?: Record<string, string | number>;
  read_only?: boolean;
  cap_drop?: string[];
  restart?: string;
}

const { services } = parse(readFileSync(composeFile, 'utf8'), { merge: true }) as { services: Record<string, Service> };

function check(...args: string[]): string {
  const script = join(root, 'scripts', 'check-compose.ts');
  return execFileSync(process.execPath, ['--conditions=@jobico/source', script, ...args], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

test('docker-compose.yml fits the Compose Specification', () => {
  expect(check()).toBe('');
});

test('a compose file with an unknown field is refused by its place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jobico-compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'compose.yml');
  writeFileSync(file, readFileSync(composeFile, 'utf8').replace('pids_limit', 'pid_limit'));
  expect(() => check(file)).toThrow(/\/services\/executor\/pid_limit: unknown field/);
});

test('every service is published on loopback only, restarts, and has no more rights than it needs', () => {
  expect(Object.keys(services)).toEqual(['nats', 'listener', 'executor', 'ctl']);
  for (const service of Object.values(services)) {
    expect(service.ports ?? []).toSatisfy((ports: string[]) => ports.every((port) => port.startsWith('127.0.0.1:')));
    expect(service).toMatchObject({ restart: 'unless-stopped', read_only: true, cap_drop: ['ALL'] });
  }
});

test.each(['listener', 'executor', 'ctl'])(
  '%s runs its own module, and is asked for its health on its port',
  (name) => {
    const { command, environment, healthcheck } = services[name] ?? {};
    expect(command).toEqual(['--modules', name]);
    const port = environment?.[`JOBICO_${name.toUpperCase()}_PORT`];
    expect(healthcheck?.test.at(-1)).toBe(`http://127.0.0.1:${port}/health`);
  },
);
