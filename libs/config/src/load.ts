import { JobicoError, nearest, shown } from '@jobico/contract';
import { readConfigFile } from './config-file.ts';
import { APP_ENVS, appEnvOf, envFileLayers, type Environment } from './env-files.ts';
import { placeOf, type ConfigFault, type Layer, type Written } from './layer.ts';
import { opennessFaults } from './openness.ts';
import type { Setting } from './setting.ts';
import { SETTINGS, type Config, type SettingName } from './settings.ts';
import { unknownNames } from './names.ts';

export type AppEnv = (typeof APP_ENVS)[number];

/** The configuration, and where each part of it comes from. */
export interface ResolvedConfig {
  appEnv: AppEnv;
  config: Config;
  /** `flag`, `environment`, the name of a file with a line, `default`, `default of production`. */
  sources: Readonly<Record<SettingName, string>>;
}

/**
 * The configuration: `given` (from flags) over the environment over the `.env` files of `folder` over its `jobico.yaml` over
 * the defaults, as one frozen object. Throws `config-invalid` with every fault at once; an unknown `JOBICO_…` name is one.
 */
export function loadConfig(given: Partial<Config>, environment: Environment, folder: string): Config {
  return resolveConfig(given, environment, folder).config;
}

/** As {@link loadConfig}, with the place that each setting comes from. */
export function resolveConfig(given: Partial<Config>, environment: Environment, folder: string): ResolvedConfig {
  const appEnv = appEnvOf(folder, environment);
  const file = readConfigFile(folder, environment.JOBICO_CONFIG || undefined);
  const layers = [environmentLayer(environment), ...envFileLayers(folder, appEnv), file.layer];
  const faults: ConfigFault[] = [...appEnvFaults(appEnv), ...layers.flatMap(unknownNames), ...file.faults];
  const values: Record<string, unknown> = {};
  const sources: Record<string, string> = {};
  for (const [key, each] of Object.entries(SETTINGS)) {
    const { value, source, fault } = valueOf(each, given[key as SettingName], firstSaid(each.name, layers), appEnv);
    values[key] = value;
    sources[key] = source;
    if (fault) faults.push(fault);
  }
  if (faults.length === 0) faults.push(...opennessFaults(values as Config, appEnv));
  if (faults.length > 0) {
    throw new JobicoError('config-invalid', 'the configuration has faults', {
      faults,
      hint: 'What names no file stands in the environment. docs/reference/configuration.md lists every setting.',
    });
  }
  return {
    appEnv: appEnv as AppEnv,
    config: Object.freeze(values) as Config,
    sources: sources as ResolvedConfig['sources'],
  };
}

interface Resolved {
  value: unknown;
  source: string;
  fault?: ConfigFault;
}

function valueOf(each: Setting<unknown>, flag: unknown, written: Written | undefined, appEnv: string): Resolved {
  if (flag !== undefined) return { value: flag, source: 'flag' };
  if (written === undefined) {
    const isOther = appEnv === 'production' && 'production' in each;
    return isOther
      ? { value: each.production, source: 'default of production' }
      : { value: each.fallback, source: 'default' };
  }
  const source = written.line === undefined ? written.source : `${written.source}:${written.line}`;
  try {
    return { value: each.parse(written.text), source };
  } catch (error) {
    const fault = {
      path: `/${each.name}`,
      message: 'is not allowed',
      ...(!each.isSecret && { value: shown(written.text) }),
      allowed: (error as Error).message,
      ...placeOf(written),
    };
    return { value: each.fallback, source, fault };
  }
}

/** What the first place says that says anything: a name without a value is not set. */
function firstSaid(name: string, layers: readonly Layer[]): Written | undefined {
  for (const layer of layers) {
    const found = layer.get(name);
    if (found !== undefined && found.text !== '') return found;
  }
  return undefined;
}

function environmentLayer(environment: Environment): Layer {
  const entries = Object.entries(environment).map(
    ([name, text = '']) => [name, { text, source: 'environment' }] as const,
  );
  return new Map(entries);
}

function appEnvFaults(appEnv: string): ConfigFault[] {
  if (APP_ENVS.some((each) => each === appEnv)) return [];
  const suggestion = nearest(appEnv, APP_ENVS);
  const fault = { path: '/APP_ENV', message: 'is not allowed', value: shown(appEnv), allowed: APP_ENVS.join(', ') };
  return [{ ...fault, ...(suggestion !== undefined && { suggestion }) }];
}
