/** What came: header names in lower case, the body as the very bytes. */
export interface Delivery {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

/** What a scheme finds in a delivery, before anything is checked. */
export interface Claimed {
  /** What is signed: the parts, in order, without anything between them. */
  signed: readonly (string | Buffer)[];
  /** Signatures that the sender offers; one has to be right. */
  signatures: readonly Buffer[];
  /** When it was signed, in seconds since 1970, where the scheme says so; it is part of what is signed. */
  timestamp?: number;
  /** Names the delivery; the same for one that is sent again. */
  id?: string;
  /** Whether the id is part of what is signed: another one could not be put in its place. */
  isIdSigned: boolean;
}

export interface Scheme {
  algorithm: string;
  /** The key that a secret stands for. */
  keyOf: (secret: string) => Buffer;
  /** Undefined where what the scheme needs is missing or malformed. */
  read(delivery: Delivery): Claimed | undefined;
  /** Headers of a delivery; `sign` answers the signature of some parts. */
  write(message: Message, sign: (...signed: (string | Buffer)[]) => Buffer): Record<string, string>;
}

/** What is to be sent. */
export interface Message {
  id: string;
  /** In seconds since 1970. */
  timestamp: number;
  body: Buffer;
}

/** More than any sender offers; each costs a comparison. */
const MOST_SIGNATURES = 10;

export function headerOf({ headers }: Delivery, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Seconds since 1970, as schemes write them. */
export function secondsOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

export const decoded = (texts: readonly string[], encoding: 'hex' | 'base64'): Buffer[] =>
  texts.slice(0, MOST_SIGNATURES).map((text) => Buffer.from(text, encoding));

export const plainKey = (secret: string): Buffer => Buffer.from(secret, 'utf8');

/** A field of a JSON body, if it is one, has it, and it is a text. */
export function textField(body: Buffer, name: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    const field = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
    return typeof field === 'string' && field !== '' ? field : undefined;
  } catch {
    return undefined;
  }
}
