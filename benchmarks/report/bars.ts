/** A figure beside the least that it may be, and whether it is kept. */
export function leastBarLine(what: string, value: number, bar: number, digits = 2): string {
  return `${what}: ${value.toFixed(digits)} (bar ${bar}): ${value >= bar ? 'kept' : 'not kept'}`;
}

/** A figure beside the most that it may be, and whether it is kept. */
export function barLine(what: string, value: number, bar: number, digits = 2): string {
  return `${what}: ${value.toFixed(digits)} (bar ${bar}): ${value <= bar ? 'kept' : 'not kept'}`;
}
