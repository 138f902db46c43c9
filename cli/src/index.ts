export { deployFile } from './deploy/deploy-file.ts';
export type { DeployContext, Deployed } from './deploy/deploy-file.ts';
export { tell } from './output/tell-error.ts';
export { runUntilStopped } from './platform/run-until-stopped.ts';
export { startPlatform } from './platform/start-platform.ts';
export type { Platform, PlatformOptions, PlatformUrls } from './platform/start-platform.ts';
export { executionLines } from './show/describe-execution.ts';
