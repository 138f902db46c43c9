import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@jobico/config';
import { JobicoError } from '@jobico/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobico-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const faultsOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof JobicoError) return error.faults;
  }
  return [];
};

describe('where a setting comes from', () => {
  test('flags win over the environment, the environment over files, files over defaults', () => {
    writeFileSync(join(folder, '.env'), 'JOBICO_CTL_PORT=1\nJOBICO_LISTENER_PORT=2\nJOBICO_NATS_PORT=3\n');
    const config = loadConfig({ ctlPort: 100 }, { JOBICO_CTL_PORT: '50', JOBICO_LISTENER_PORT: '60' }, folder);
    expect(config).toMatchObject({ ctlPort: 100, listenerPort: 60, natsPort: 3, executorPort: 0 });
  });

  test('the files of an environment go in the order that the original reads them', () => {
    writeFileSync(
      join(folder, '.env'),
      'JOBICO_CTL_PORT=1\nJOBICO_LISTENER_PORT=1\nJOBICO_NATS_PORT=1\nJOBICO_EXECUTOR_PORT=1\n',
    );
    writeFileSync(join(folder, '.env.test'), 'JOBICO_CTL_PORT=2\nJOBICO_LISTENER_PORT=2\nJOBICO_NATS_PORT=2\n');
    writeFileSync(join(folder, '.env.local'), 'JOBICO_CTL_PORT=3\nJOBICO_LISTENER_PORT=3\n');
    writeFileSync(join(folder, '.env.test.local'), 'JOBICO_CTL_PORT=4\n');
    const config = loadConfig({}, { APP_ENV: 'test' }, folder);
    expect(config).toMatchObject({ ctlPort: 4, listenerPort: 3, natsPort: 2, executorPort: 1 });
  });

  test('production refuses grants of private addresses unless told otherwise', () => {
    expect(loadConfig({}, {}, folder).privateHttp).toBe('allow');
    expect(loadConfig({}, { APP_ENV: 'production' }, folder).privateHttp).toBe('refuse');
    expect(loadConfig({}, { APP_ENV: 'production', JOBICO_PRIVATE_HTTP: 'allow' }, folder).privateHttp).toBe('allow');
  });

  test('the result cannot be changed', () => {
    expect(Object.isFrozen(loadConfig({}, {}, folder))).toBe(true);
  });
});

describe('what is wrong', () => {
  test('every fault is named at once', () => {
    const faults = faultsOf(() => loadConfig({}, { JOBICO_CTL_PORT: '70000', JOBICO_LOG_LEVEL: 'loud' }, folder));
    expect(faults.map(({ path, value, allowed }) => ({ path, value, allowed }))).toEqual([
      { path: '/JOBICO_CTL_PORT', value: '"70000"', allowed: 'an integer from 0 to 65535' },
      { path: '/JOBICO_LOG_LEVEL', value: '"loud"', allowed: 'trace, debug, info, warn, error, fatal, silent' },
    ]);
  });

  test('a name that is no setting is refused, with the one that was probably meant', () => {
    expect(faultsOf(() => loadConfig({}, { JOBICO_CTL_PROT: '1' }, folder))).toEqual([
      { path: '/JOBICO_CTL_PROT', message: 'is no setting', suggestion: 'JOBICO_CTL_PORT' },
    ]);
  });
});

describe('a platform that asks for no token', () => {
  test('is what development starts, and production never', () => {
    expect(loadConfig({}, {}, folder).auth).toBe('open');
    expect(loadConfig({}, { APP_ENV: 'production' }, folder).auth).toBe('tokens');
    const faults = faultsOf(() => loadConfig({}, { APP_ENV: 'production', JOBICO_AUTH: 'open' }, folder));
    expect(faults).toMatchObject([{ path: '/JOBICO_AUTH', value: 'open', allowed: 'tokens' }]);
  });

  test('binds loopback only', () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.7', 'example.org']) {
      expect(faultsOf(() => loadConfig({ host }, {}, folder))).toMatchObject([{ path: '/JOBICO_HOST', value: host }]);
      expect(loadConfig({ host }, { JOBICO_AUTH: 'tokens' }, folder).host).toBe(host);
    }
    for (const host of ['localhost', '::1', '127.0.0.2']) expect(loadConfig({ host }, {}, folder).host).toBe(host);
  });
});
