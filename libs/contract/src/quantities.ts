const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?$/;

/** ISO 8601 durations of days and below: `PT1S`, `PT0.5S`, `P7D`. Months and years have no fixed length. */
export const DURATION_PATTERN = '^P(?=\\d|T\\d)(\\d+D)?(T(?=\\d)(\\d+H)?(\\d+M)?(\\d+(\\.\\d{1,3})?S)?)?$';

/** Milliseconds of a duration that matches {@link DURATION_PATTERN}. */
export function durationMs(text: string): number {
  const parts = DURATION.exec(text);
  if (!parts) throw new RangeError(`not a duration: ${text}`);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
}

const UNITS = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

/** Sizes with a binary unit: `512KiB`, `1GiB`. */
export const SIZE_PATTERN = '^\\d{1,6}(B|KiB|MiB|GiB|TiB)$';

/** Bytes of a size that matches {@link SIZE_PATTERN}. */
export function sizeBytes(text: string): number {
  const parts = /^(\d+)(B|KiB|MiB|GiB|TiB)$/.exec(text);
  if (!parts) throw new RangeError(`not a size: ${text}`);
  return Number(parts[1]) * UNITS[parts[2] as keyof typeof UNITS];
}
