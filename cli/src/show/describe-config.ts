import { SETTINGS, type ResolvedConfig, type Setting, type SettingName } from '@jobico/config';
import { table } from '../output/table.ts';

export interface ShownSetting {
  /** In the environment. */
  name: string;
  /** In jobico.yaml. */
  key: string;
  /** Null where there is none; masked where it is a secret. */
  value: string | number | boolean | readonly string[] | null;
  source: string;
}

export interface ShownConfig {
  appEnv: string;
  settings: ShownSetting[];
}

const MASK = '********';

/** A configuration for other eyes. `named`: what the command line has put into the environment. */
export function shownConfig({ appEnv, config, sources }: ResolvedConfig, named: readonly string[]): ShownConfig {
  const settings = Object.entries<Setting<unknown>>(SETTINGS).map(([key, { name, isSecret }]) => {
    const value = config[key as SettingName] ?? null;
    const source = sources[key as SettingName];
    return {
      name,
      key,
      value: isSecret && value !== null ? MASK : withoutPassword(value),
      source: source === 'environment' && named.includes(name) ? '--env' : source,
    };
  });
  return { appEnv, settings };
}

/** A URL without the password that it may have. */
function withoutPassword<T>(value: T): T | string {
  return typeof value === 'string' ? value.replace(/^(\w+:\/\/[^/:@]*:)[^/@]*@/, `$1${MASK}@`) : value;
}

export function describeConfig({ appEnv, settings }: ShownConfig): string {
  const rows = table(settings, [
    { header: 'SETTING', value: ({ name }) => name, shrinks: 'never' },
    {
      header: 'VALUE',
      value: ({ value }) => (Array.isArray(value) ? value.join(',') : String(value ?? '-')),
      shrinks: 'first',
    },
    { header: 'FROM', value: ({ source }) => source },
  ]);
  return `APP_ENV is ${appEnv}.\n${rows}`;
}
