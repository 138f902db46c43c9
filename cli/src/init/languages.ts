/** A language that `jobico init` has a template for. */
export interface Language {
  /** The template's folder, and what `--language` takes. */
  id: string;
  title: string;
  /** What it takes to build a component, in one sentence. */
  needs: string;
  /** Runs the template's unit test. */
  test: string;
  /** Its toolchain wants the contract in the project. */
  hasWit: boolean;
}

export const LANGUAGES: readonly Language[] = [
  { id: 'typescript', title: 'TypeScript', needs: 'Nothing but jobico is needed.', test: 'npm test', hasWit: false },
  { id: 'javascript', title: 'JavaScript', needs: 'Nothing but jobico is needed.', test: 'npm test', hasWit: false },
  {
    id: 'rust',
    title: 'Rust',
    needs: 'Needs Rust from https://rustup.rs, and once: rustup target add wasm32-wasip2',
    test: 'cargo test',
    hasWit: true,
  },
  {
    id: 'python',
    title: 'Python',
    needs: 'Needs Python 3.10 or later, and: pip install componentize-py==0.25.1',
    test: 'python3 -m unittest',
    hasWit: true,
  },
  {
    id: 'c',
    title: 'C',
    needs: 'Needs a C compiler for WebAssembly: pip install ziglang, or zig, or wasi-sdk.',
    test: 'sh test.sh',
    hasWit: false,
  },
  {
    id: 'go',
    title: 'Go',
    needs: 'Needs Go 1.24 or later from https://go.dev/dl',
    test: 'go test ./...',
    hasWit: false,
  },
];
