export { createHealth } from './health.ts';
export type { Health, HealthCheck } from './health.ts';
export { createLogger, createSilentLogger } from './logger.ts';
export type { Logger, LoggerOptions } from './logger.ts';
