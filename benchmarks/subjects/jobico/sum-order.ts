// The job that is deployed: the bound's plain function, as a component.
import { defineJob } from '@jobico/sdk';
import { receiptOf, type Order } from '../../order/order.ts';

export const handler = defineJob<Order>(({ data }) => receiptOf(data));
