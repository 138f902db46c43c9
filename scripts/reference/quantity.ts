/** How much: a number with its unit, as people write it. */
export function bytes(count: number): string {
  if (count % 2 ** 30 === 0) return `${count / 2 ** 30} GiB`;
  if (count % 2 ** 20 === 0) return `${count / 2 ** 20} MiB`;
  if (count % 2 ** 10 === 0) return `${count / 2 ** 10} KiB`;
  return `${count} bytes`;
}

export function milliseconds(count: number): string {
  if (count % 86_400_000 === 0) return `${count / 86_400_000} days`;
  return count % 1000 === 0 ? `${count / 1000} s` : `${count} ms`;
}

/** `10,000 events` */
export function many(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}`;
}
