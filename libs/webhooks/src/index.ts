export { signDelivery, verifyDelivery } from './deliveries.ts';
export type { Signing, Verified, VerifyOptions } from './deliveries.ts';
export type { HmacOptions } from './hmac.ts';
export type { Delivery, Message } from './scheme.ts';
