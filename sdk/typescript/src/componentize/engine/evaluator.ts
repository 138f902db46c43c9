import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { engineComponent } from './engine-component.ts';
import type { EvaluationAnswer, EvaluationRequest } from './evaluation-worker.ts';

/** Evaluates jobs' modules, one after another, in a thread that stays. */
export interface Evaluator {
  /** Makes the engine ready, so that the first evaluation does not wait for it. */
  prepare(): Promise<void>;
  /** `timed-out` when the modules have not ended after that time; the thread is replaced. */
  evaluate(request: EvaluationRequest, limitMs: number): Promise<EvaluationAnswer | { kind: 'timed-out' }>;
  close(): Promise<void>;
}

export function createEvaluator(witPath: string): Evaluator {
  let thread: Promise<Worker> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const running = (): Promise<Worker> => {
    const started = (thread ??= startThread(witPath));
    started.catch(() => {
      if (thread === started) thread = undefined;
    });
    return started;
  };
  const end = async (): Promise<void> => {
    const ended = thread;
    thread = undefined;
    await (await ended?.catch(() => undefined))?.terminate();
  };
  const evaluateNow: Evaluator['evaluate'] = async (request, limitMs) => {
    const worker = await running();
    const answer = await ask(worker, request, limitMs);
    if (answer.kind === 'timed-out') await end();
    return answer;
  };
  return {
    prepare: async () => {
      await running();
    },
    evaluate: (request, limitMs) => {
      const answer = last.then(() => evaluateNow(request, limitMs));
      last = answer.catch(() => undefined);
      return answer;
    },
    close: end,
  };
}

async function startThread(witPath: string): Promise<Worker> {
  const workerData = await engineComponent(witPath);
  const file = new URL(`./evaluation-worker${extname(import.meta.filename)}`, import.meta.url);
  const worker = new Worker(file, { workerData });
  await once(worker, 'online');
  // What waits for nothing but a next job keeps no process alive.
  worker.unref();
  return worker;
}

async function ask(
  worker: Worker,
  request: EvaluationRequest,
  limitMs: number,
): Promise<EvaluationAnswer | { kind: 'timed-out' }> {
  const { promise, resolve, reject } = Promise.withResolvers<EvaluationAnswer | { kind: 'timed-out' }>();
  const timer = setTimeout(() => resolve({ kind: 'timed-out' }), limitMs);
  const onExit = (code: number): void => reject(new Error(`the thread that evaluates jobs ended with ${code}`));
  worker.on('message', resolve).on('error', reject).on('exit', onExit);
  worker.postMessage(request);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    worker.off('message', resolve).off('error', reject).off('exit', onExit);
  }
}
