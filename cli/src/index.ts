export { startPlatform } from './platform/start-platform.ts';
export type { Platform, PlatformOptions, PlatformUrls } from './platform/start-platform.ts';
