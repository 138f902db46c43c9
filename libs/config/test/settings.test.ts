import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, ORIGINAL_NAMES, resolveConfig, takeEnvArguments } from '@jobico/config';
import { JobicoError } from '@jobico/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobico-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

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

  test('jobico.yaml comes after the files of the environment and before the defaults', () => {
    write('jobico.yaml', 'ctlPort: 1\nnatsPort: 2\nmodules: [ctl, listener]\n');
    write('.env', 'JOBICO_NATS_PORT=3');
    expect(loadConfig({}, {}, folder)).toMatchObject({ ctlPort: 1, natsPort: 3, modules: ['ctl', 'listener'] });
  });

  test('JOBICO_CONFIG names another file, which must be there', () => {
    const other = write('other.yaml', 'ctlPort: 7');
    expect(loadConfig({}, { JOBICO_CONFIG: other }, folder).ctlPort).toBe(7);
    expect(() => loadConfig({}, { JOBICO_CONFIG: `${other}.yaml` }, folder)).toThrow('there is no file');
  });

  test('APP_ENV may stand in .env.local or .env, and the environment wins', () => {
    write('.env', 'APP_ENV=production');
    expect(resolveConfig({}, {}, folder).appEnv).toBe('production');
    write('.env.local', 'APP_ENV=test');
    expect(resolveConfig({}, {}, folder).appEnv).toBe('test');
    expect(resolveConfig({}, { APP_ENV: 'development' }, folder).appEnv).toBe('development');
  });

  test('each setting tells its place', () => {
    write('jobico.yaml', '# ports\nctlPort: 1\n');
    write('.env', '\nexport JOBICO_NATS_PORT=3\n');
    const environment = { APP_ENV: 'production', JOBICO_HOST: '::1' };
    expect(resolveConfig({ data: '/d' }, environment, folder).sources).toMatchObject({
      data: 'flag',
      host: 'environment',
      natsPort: '.env:2',
      ctlPort: 'jobico.yaml:2',
      logLevel: 'default',
      privateHttp: 'default of production',
    });
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

  test('a fault of a file is told with its line, whatever file it is', () => {
    const file = write('jobico.yaml', 'ctlPort: 1\nctlprot: 2\nlogLevel: loud\ndata: { a: 1 }\njobs: []\n');
    const env = write('.env.local', 'JOBICO_CTL_PORT=x\n');
    const faults = faultsOf(() => loadConfig({}, {}, folder)).map((fault) => ({ ...fault }));
    expect(faults).toEqual([
      { path: '/ctlprot', message: 'is no setting', suggestion: 'ctlPort', file, line: 2 },
      { path: '/data', message: 'must be one value, or a list of values', file, line: 4 },
      { path: '/jobs', message: 'belongs to a package, which needs a file of another name', file, line: 5 },
      expect.objectContaining({ path: '/JOBICO_CTL_PORT', value: '"x"', file: env, line: 1 }),
      expect.objectContaining({ path: '/JOBICO_LOG_LEVEL', value: '"loud"', file, line: 3 }),
    ]);
  });

  test('a jobico.yaml that is no YAML, or no map, says where', () => {
    write('jobico.yaml', 'a: [1\n');
    expect(() => loadConfig({}, {}, folder)).toThrow(/jobico\.yaml is not YAML.*line/);
    write('jobico.yaml', '- a\n');
    expect(() => loadConfig({}, {}, folder)).toThrow('holds no settings');
  });

  test('an APP_ENV that does not exist is refused', () => {
    expect(faultsOf(() => loadConfig({}, { APP_ENV: 'prodution' }, folder))).toEqual([
      {
        path: '/APP_ENV',
        message: 'is not allowed',
        value: '"prodution"',
        allowed: 'development, production, test',
        suggestion: 'production',
      },
    ]);
  });

  test('what Kubernetes links into an environment is told for what it is', () => {
    const environment = { JOBICO_WEB_SERVICE_HOST: '10.0.0.1', JOBICO_WEB_PORT: 'tcp://10.0.0.1:80' };
    for (const { message } of faultsOf(() => loadConfig({}, environment, folder))) {
      expect(message).toContain('enableServiceLinks');
    }
    expect(faultsOf(() => loadConfig({}, environment, folder))).toHaveLength(2);
  });
});

describe('--env:NAME=value', () => {
  test('is taken out of the arguments, with -e:, up to --', () => {
    const args = ['up', '--env:JOBICO_CTL_PORT=1', '-e:APP_ENV=test', '--json', '--', '-e:JOBICO_HOST=x'];
    expect(takeEnvArguments(args)).toEqual({
      args: ['up', '--json', '--', '-e:JOBICO_HOST=x'],
      given: { JOBICO_CTL_PORT: '1', APP_ENV: 'test' },
    });
  });

  test('with a name that is no setting, or no value, is refused', () => {
    const faults = faultsOf(() => takeEnvArguments(['-e:JOBICO_HSOT=1', '-e:PATH=/', '--env:JOBICO_HOST']));
    expect(faults).toEqual([
      { path: '/JOBICO_HSOT', message: 'is no setting', suggestion: 'JOBICO_HOST' },
      { path: '/PATH', message: 'is no setting' },
      { path: '/JOBICO_HOST', message: 'has no value' },
    ]);
  });

  test('with a name of the original says what that is here', () => {
    const faults = faultsOf(() => takeEnvArguments(['--env:log.level=debug', '--env:executor.timeout=5s']));
    expect(faults).toEqual([
      { path: '/log.level', message: 'is a name of the original', suggestion: 'JOBICO_LOG_LEVEL' },
      { path: '/executor.timeout', message: expect.stringContaining('nothing polls') as string },
    ]);
  });

  test('every parameter of the original has a setting or a reason why it has none', () => {
    expect(ORIGINAL_NAMES.filter(({ ours, remark }) => ours === undefined && !remark)).toEqual([]);
    expect(new Set(ORIGINAL_NAMES.map(({ name }) => name)).size).toBe(ORIGINAL_NAMES.length);
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
