import { launch } from './bootstrap.mjs';

await launch('test/chaos/run.ts', process.argv.slice(2));
