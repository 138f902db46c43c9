import type { Pollables } from './poll.ts';

/** Where a job's standard output goes. */
export type WriteText = (bytes: Uint8Array) => void;

const WRITE_PERMIT = 65_536n;
/** How the end of a stream is told to a guest: jco takes what is thrown and is no Error as the `error` of a result. */
const CLOSED = { tag: 'closed' } as const;

/** Classes of resources, made here and nowhere else. */
export interface Streams {
  readonly IoError: new () => object;
  readonly InputStream: new () => object;
  readonly OutputStream: new (write: WriteText) => object;
}

/** Resources of `wasi:io/streams` and `wasi:io/error`: outputs that end in log lines, an input that has ended. */
export function createStreams(pollables: Pollables): Streams {
  class IoError {
    toDebugString(): string {
      return 'no such stream';
    }
  }

  class InputStream {
    read(): never {
      throw CLOSED;
    }
    blockingRead(): never {
      throw CLOSED;
    }
    skip(): never {
      throw CLOSED;
    }
    blockingSkip(): never {
      throw CLOSED;
    }
    subscribe(): object {
      return pollables.ready();
    }
  }

  class OutputStream {
    readonly #write: WriteText;

    constructor(write: WriteText) {
      this.#write = write;
    }
    checkWrite(): bigint {
      return WRITE_PERMIT;
    }
    write(bytes: Uint8Array): void {
      this.#write(bytes);
    }
    blockingWriteAndFlush(bytes: Uint8Array): void {
      this.#write(bytes);
    }
    flush(): void {}
    blockingFlush(): void {}
    writeZeroes(length: bigint): void {
      if (length > WRITE_PERMIT) throw new Error('more was written than the stream had permitted');
      this.#write(new Uint8Array(Number(length)));
    }
    blockingWriteZeroesAndFlush(length: bigint): void {
      this.writeZeroes(length);
    }
    splice(): never {
      throw CLOSED;
    }
    blockingSplice(): never {
      throw CLOSED;
    }
    subscribe(): object {
      return pollables.ready();
    }
  }

  return { IoError, InputStream, OutputStream };
}
