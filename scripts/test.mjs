import { launch } from './bootstrap.mjs';

await launch('node_modules/vitest/vitest.mjs', ['run', ...process.argv.slice(2)]);
