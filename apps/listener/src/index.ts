export { startListener } from './listener.ts';
export type { Listener, ListenerOptions } from './listener.ts';
