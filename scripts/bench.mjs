import { launch } from './bootstrap.mjs';

await launch('benchmarks/run.ts', process.argv.slice(2));
