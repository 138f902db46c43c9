import { decoded, headerOf, plainKey, secondsOf, type Scheme } from './scheme.ts';

/** How a sender of its own kind signs. Header names in lower case. */
export interface HmacOptions {
  /** The header of the signature. */
  header: string;
  algorithm: 'sha1' | 'sha256' | 'sha512';
  encoding: 'hex' | 'base64';
  /** Before the signature in its header, such as `sha256=`. */
  prefix: string;
  /** The header of the time in seconds since 1970; what is signed is `<time>.<body>` then, else the body. */
  timestampHeader?: string | undefined;
  /** The header of the delivery's id. */
  idHeader?: string | undefined;
}

/** HMAC over the body, as most that are no standard sign. */
export function hmac({ header, algorithm, encoding, prefix, timestampHeader, idHeader }: HmacOptions): Scheme {
  return {
    algorithm,
    keyOf: plainKey,
    read(delivery) {
      const text = headerOf(delivery, header);
      if (text === undefined || !text.startsWith(prefix)) return undefined;
      const time = timestampHeader === undefined ? undefined : headerOf(delivery, timestampHeader);
      const timestamp = secondsOf(time);
      if (timestampHeader !== undefined && timestamp === undefined) return undefined;
      const id = idHeader === undefined ? undefined : headerOf(delivery, idHeader);
      return {
        signed: time === undefined ? [delivery.body] : [`${time}.`, delivery.body],
        signatures: decoded([text.slice(prefix.length)], encoding),
        ...(timestamp !== undefined && { timestamp }),
        ...(id !== undefined && { id }),
        isIdSigned: false,
      };
    },
    write: ({ id, timestamp, body }, sign) => {
      const signature = timestampHeader === undefined ? sign(body) : sign(`${timestamp}.`, body);
      return {
        [header]: prefix + signature.toString(encoding),
        ...(timestampHeader !== undefined && { [timestampHeader]: String(timestamp) }),
        ...(idHeader !== undefined && { [idHeader]: id }),
      };
    },
  };
}
