export { buildComponent } from './componentize/build-component.ts';
export type { BuiltComponent, BuildOptions } from './componentize/build-component.ts';
export { BuildError } from './componentize/build-error.ts';
export type { SourcePlace } from './componentize/build-error.ts';
export { findWit } from './componentize/wit-path.ts';
