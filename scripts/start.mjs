import { launch } from './bootstrap.mjs';

await launch('scripts/demo.ts', process.argv.slice(2));
