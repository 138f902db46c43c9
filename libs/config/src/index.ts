export { envFileNames, readEnvironment } from './env-files.ts';
export type { Environment } from './env-files.ts';
export { loadConfig, SETTINGS } from './settings.ts';
export type { Config, SettingName } from './settings.ts';
