/** A thread that evaluates jobs' modules: what never ends there can be ended. Started by evaluator.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { evaluate, EvaluationError, HostCalled, prepareEngine } from './evaluate.ts';
import { snapshotOf } from './snapshot.ts';

/** What evaluator.ts sends. */
export interface EvaluationRequest {
  modules: ReadonlyMap<string, string>;
  entry: string;
  epochSeconds: number;
}

/** What comes back: a component, or why there is none. */
export type EvaluationAnswer =
  | { kind: 'component'; bytes: Uint8Array }
  | { kind: 'threw'; message: string }
  | { kind: 'called-host' }
  /** The engine itself was stopped: too deep a stack, too much memory. */
  | { kind: 'trapped'; message: string }
  | { kind: 'failed'; message: string };

const engine = prepareEngine(workerData as Uint8Array);

function answerTo({ modules, entry, epochSeconds }: EvaluationRequest): EvaluationAnswer {
  let output = '';
  const onOutput = (text: string): void => {
    output += text;
  };
  try {
    return {
      kind: 'component',
      bytes: snapshotOf(engine, evaluate(engine, entry, { modules, epochSeconds, onOutput })),
    };
  } catch (error) {
    if (error instanceof HostCalled) return { kind: 'called-host' };
    if (error instanceof EvaluationError) return { kind: 'threw', message: error.message };
    const text = error instanceof Error ? error.message : String(error);
    const isTrap = error instanceof RangeError || (error instanceof Error && error.name === 'RuntimeError');
    return { kind: isTrap ? 'trapped' : 'failed', message: [output.trim(), text].filter(Boolean).join('\n') };
  }
}

parentPort?.on('message', (request: EvaluationRequest) => {
  const answer = answerTo(request);
  parentPort?.postMessage(answer);
});
