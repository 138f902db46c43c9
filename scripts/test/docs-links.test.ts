import { globSync, readFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const pages = globSync('{*.md,docs/**/*.md,examples/**/*.md,sdk/*/*.md,libs/*/*.md,apps/*/*.md,benchmarks/*.md}', {
  cwd: root,
}).filter((page) => !page.includes('node_modules'));

const textOf = (page: string): string => readFileSync(page, 'utf8').replaceAll(/^```[^]*?^```/gm, '');

/** What a heading is called in a link, as forges make it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const anchorsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^#+ +(.*)$/gm)].map(([, heading = '']) => anchorOf(heading));

test.each(pages)('the links of %s lead to files, and to headings, that are there', (page) => {
  const from = join(root, page);
  const broken = [...textOf(from).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].flatMap(
    ([link, target = '', anchor]) => {
      const file = target === '' ? from : join(dirname(from), target);
      if (!existsSync(file)) return [link];
      return anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).includes(anchor) ? [link] : [];
    },
  );
  expect(broken).toEqual([]);
});
