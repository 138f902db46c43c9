export { buildComponent, createBuilder } from './componentize/build-component.ts';
export type { Builder, BuiltComponent, BuildOptions } from './componentize/build-component.ts';
export { BuildError } from './componentize/build-error.ts';
export type { SourcePlace } from './componentize/build-error.ts';
export { findWit } from './componentize/wit-path.ts';
