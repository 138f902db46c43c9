import { resolve } from 'node:path';

/** How a setting is written in the environment, and what it means. */
export interface Setting<T> {
  /** In the environment, `JOBICO_…`; in jobico.yaml it has the key that it has in the table. */
  name: string;
  description: string;
  fallback: T;
  /** The fallback where `APP_ENV` is production, which takes the safe side where development takes the easy one. */
  production?: T;
  /** Whether its value is nobody's to see. */
  isSecret?: true;
  /** Throws with what is allowed. */
  parse(text: string): T;
}

type Extra<T> = Pick<Setting<T>, 'production' | 'isSecret'>;

export const setting = <T>(
  name: string,
  description: string,
  fallback: T,
  parse: (text: string) => T,
  extra: Extra<T> = {},
): Setting<T> => ({ name, description, fallback, parse, ...extra });

export function integer(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= minimum && value <= maximum && text.trim() !== '') return value;
    throw new Error(`an integer from ${minimum} to ${maximum}`);
  };
}

export function oneOf<T extends string>(values: readonly T[]): (text: string) => T {
  return (text) => {
    const found = values.find((value) => value === text);
    if (found !== undefined) return found;
    throw new Error(values.join(', '));
  };
}

export function boolean(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new Error('true, false');
}

export const text = (value: string) => value;
export const path = (value: string) => resolve(value);
export const port = integer(0, 65_535);
