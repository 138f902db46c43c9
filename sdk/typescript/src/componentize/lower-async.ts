import type { Plugin } from 'rolldown';
import { parseSync, transformSync, Visitor } from 'rolldown/utils';

/**
 * Rewrites the async functions of a module to generators. The engine's own would settle the engine's own promises, whose
 * reactions a synchronous component never runs; rewritten, they use the global `Promise`, which the guest replaces.
 * Modules without such functions stay as they are.
 */
export function lowerAsync(): Plugin {
  return {
    name: 'jobico-lower-async',
    transform(code, id) {
      if (!/\basync\b|\bawait\b/.test(code)) return null;
      const file = id.replace(/\?.*$/, '');
      const found = findAsync(file, code);
      if (found.topLevelAwait !== undefined) {
        return this.error(
          { message: 'a job cannot await outside of a function: nothing answers while it is built' },
          found.topLevelAwait,
        );
      }
      if (!found.hasAsync) return null;
      const { code: lowered, map, errors } = transformSync(file, code, { target: 'es2016', sourcemap: true });
      const [error] = errors;
      if (error) return this.error({ message: error.message });
      return { code: lowered, map: map ?? null, moduleType: 'js' };
    },
  };
}

/** Whether a module has async functions, and where it awaits outside of any. What does not parse is the bundler's to say. */
function findAsync(file: string, code: string): { hasAsync: boolean; topLevelAwait: number | undefined } {
  let hasAsync = false;
  let depth = 0;
  let topLevelAwait: number | undefined;
  const enter = (node: { async: boolean }): void => {
    depth += 1;
    if (node.async) hasAsync = true;
  };
  const leave = (): void => {
    depth -= 1;
  };
  const awaits = (node: { start: number }): void => {
    if (depth === 0) topLevelAwait ??= node.start;
  };
  new Visitor({
    FunctionDeclaration: enter,
    'FunctionDeclaration:exit': leave,
    FunctionExpression: enter,
    'FunctionExpression:exit': leave,
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': leave,
    AwaitExpression: awaits,
    ForOfStatement: (node) => {
      if (node.await) awaits(node);
    },
  }).visit(parseSync(file, code).program);
  return { hasAsync, topLevelAwait };
}
