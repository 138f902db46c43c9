export { startExecutor } from './executor.ts';
export type { Executor, ExecutorOptions } from './executor.ts';
