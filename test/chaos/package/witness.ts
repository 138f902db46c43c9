// The end of the way: what it was given is its result.
import { defineJob } from '@jobico/sdk';

export const handler = defineJob(({ data }) => data);
