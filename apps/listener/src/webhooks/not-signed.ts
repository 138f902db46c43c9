import { JobicoError } from '@jobico/contract';

/** The same for every cause: what is wrong would help whoever tries. */
export const notSigned = () => new JobicoError('unauthenticated', 'the signature of the webhook is not right');
