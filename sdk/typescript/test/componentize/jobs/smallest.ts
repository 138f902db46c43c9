import { defineJob } from '@jobico/sdk';

export const handler = defineJob<number, number>(({ data }) => data + 1);
