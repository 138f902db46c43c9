import { startChild } from '../child.ts';
import type { LoadAnswer, LoadRequest } from './requests.ts';

type Load = Exclude<LoadAnswer, { failure: string }>;

/** The load generator's process, from outside. */
export interface LoadGenerator extends AsyncDisposable {
  /** Resolves when every order has been taken; throws what a subject answered instead. */
  run(request: LoadRequest): Promise<Load>;
}

export async function startLoad(signal: AbortSignal): Promise<LoadGenerator> {
  const child = await startChild(new URL('generator.ts', import.meta.url), [], { signal });
  return {
    run: async (request) => {
      const answer = await child.ask<LoadAnswer>(request);
      if ('failure' in answer) throw new Error(answer.failure);
      return answer;
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
