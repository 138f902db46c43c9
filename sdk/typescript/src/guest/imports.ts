import * as config from 'jobico:job/config@0.1.0';
import * as http from 'jobico:job/http@0.1.0';
import * as kv from 'jobico:job/kv@0.1.0';
import * as log from 'jobico:job/log@0.1.0';
import * as outbox from 'jobico:job/outbox@0.1.0';
import type { Host } from '../host/host.ts';

/** The executor, as the component imports it. */
export const host: Host = { log, config, kv, http, outbox };
