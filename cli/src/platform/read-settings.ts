import { join, resolve } from 'node:path';
import { loadConfig, type Config } from '@jobico/config';
import { JobicoError, MODULES, nearest, type ModuleName } from '@jobico/contract';

/** The flags of `up`, as oclif reads them. */
export interface UpFlags {
  config?: string | undefined;
  data?: string | undefined;
  modules?: string | undefined;
  host?: string | undefined;
  'listener-port'?: number | undefined;
  'ctl-port'?: number | undefined;
  'nats-port'?: number | undefined;
  'executor-port'?: number | undefined;
  'nats-url'?: string | undefined;
  'log-level'?: Config['logLevel'] | undefined;
  'log-file'?: string | undefined;
}

/** Flags over environment over `.env` files over `jobico.yaml` over defaults. Logs on a terminal would hide what it shows: they go to a file. */
export function readSettings(flags: UpFlags, isTerminal: boolean): Config {
  const given: { [N in keyof Config]?: Config[N] | undefined } = {
    data: flags.data === undefined ? undefined : resolve(flags.data),
    modules: flags.modules === undefined ? undefined : modulesOf(flags.modules),
    host: flags.host,
    listenerPort: flags['listener-port'],
    ctlPort: flags['ctl-port'],
    natsPort: flags['nats-port'],
    executorPort: flags['executor-port'],
    natsUrl: flags['nats-url'],
    logLevel: flags['log-level'],
    logFile: flags['log-file'],
  };
  const environment = { ...process.env, ...(flags.config !== undefined && { JOBICO_CONFIG: flags.config }) };
  const config = loadConfig(given as Partial<Config>, environment, process.cwd());
  if (config.logFile !== undefined || !isTerminal) return config;
  return { ...config, logFile: join(config.data, 'jobico.log') };
}

function modulesOf(list: string): ModuleName[] {
  return list.split(',').map((part) => {
    const name = part.trim();
    const found = MODULES.find((each) => each === name);
    if (found) return found;
    const meant = nearest(name, MODULES);
    throw new JobicoError('usage', `--modules: there is no module ${name}`, {
      hint: meant === undefined ? `There are ${MODULES.join(', ')}.` : `Did you mean ${meant}?`,
    });
  });
}
