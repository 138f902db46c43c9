import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Workspace packages are tested from source, without a build, in every environment that vitest makes (tests and global
// set-up have different ones).
const fromSource = {
  plugins: [{ name: 'jobico:from-source', configEnvironment: () => ({ resolve: { conditions: ['@jobico/source'] } }) }],
};

/** What processes do may take long where others use the cores; a test that fails waits longer, no other one. */
const PATIENT = { poll: { timeout: 10_000 } };

export default defineConfig({
  test: {
    // Much of a test is waiting for processes; one worker fewer than cores, the default, would leave small machines idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ['default', './test/support/count-reporter.ts'],
    coverage: {
      provider: 'v8',
      include: ['apps/*/src/**', 'libs/*/src/**', 'cli/src/**', 'sdk/*/src/**'],
      reporter: ['text-summary', 'json-summary'],
    },
    projects: [
      {
        ...fromSource,
        test: {
          name: 'unit',
          include: [
            '{apps,libs,sdk}/*/test/**/*.test.ts',
            '{cli,scripts,benchmarks,examples}/test/**/*.test.ts',
            'test/{support,chaos}/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/*.int.test.ts', '**/*.e2e.test.ts'],
          // What a command prints is what its test looks at.
          disableConsoleIntercept: true,
        },
      },
      {
        ...fromSource,
        test: {
          name: 'integration',
          include: ['**/test/**/*.int.test.ts'],
          globalSetup: ['./test/support/nats-setup.ts'],
          disableConsoleIntercept: true,
          testTimeout: 20_000,
          hookTimeout: 20_000,
          expect: PATIENT,
        },
      },
      {
        ...fromSource,
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.test.ts'],
          // Each starts a whole platform; side by side they would only wait for one another.
          fileParallelism: false,
          disableConsoleIntercept: true,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: PATIENT,
        },
      },
    ],
  },
});
