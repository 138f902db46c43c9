import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const WIT = join(import.meta.dirname, '..', '..', 'wit', 'job.wit');

const INTRODUCTION = `# The host's interface

<!-- Made by scripts/reference.ts from wit/job.wit. -->

What a component may import and what it exports, in any language: [wit/job.wit](../../wit/job.wit), package \`jobico:job@0.1.0\`. A component exports \`handler\` and imports of the others what it likes; what it may reach through them is what its [package](package.md) grants. How large names, values and answers may be is in [limits.md](limits.md).`;

interface Item {
  /** Lines of its comment. */
  comment: string[];
  /** Its WIT, without comments on the whole. */
  code: string[];
}

/** The page docs/reference/host-interface.md: each interface of wit/job.wit with what its comments say. */
export function hostInterfacePage(): string {
  const lines = readFileSync(WIT, 'utf8').split('\n');
  const sections = blocksOf(lines).map(({ comment, code }) => {
    const [, kind = '', name = ''] = /^(\w+) ([\w-]+)/.exec(code[0] ?? '') ?? [];
    const title = kind === 'world' ? `World \`${name}\`` : `\`${name}\``;
    return [
      `## ${title}`,
      ...(comment.length > 0 ? [comment.join(' ')] : []),
      ['```wit', ...code, '```'].join('\n'),
    ].join('\n\n');
  });
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}

/** The interfaces and the world, each from its first line to its closing brace. */
function blocksOf(lines: readonly string[]): Item[] {
  const blocks: Item[] = [];
  let comment: string[] = [];
  let open: Item | undefined;
  for (const line of lines) {
    if (open) {
      open.code.push(line);
      if (line === '}') open = undefined;
    } else if (line.startsWith('///')) comment.push(line.slice(3).trim());
    else {
      if (/^(interface|world) .*\{$/.test(line)) {
        open = { comment, code: [line] };
        blocks.push(open);
      }
      comment = [];
    }
  }
  return blocks;
}
