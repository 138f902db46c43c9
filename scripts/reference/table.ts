/** A table of Markdown, its columns as wide as the formatter of the repository makes them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const [first = [], ...others] = cells.map((row) => `| ${row.join(' | ')} |`);
  return [first, `| ${head.map(() => '---').join(' | ')} |`, ...others].join('\n');
}
