import { JobicoError } from '@jobico/contract';

/** The same for every cause: what is wrong would help whoever tries. */
export const notSigned = () =>
  new JobicoError('unauthenticated', 'the signature of the webhook is not right, or nothing here takes it', {
    hint: "The listener's log says which. An event takes webhooks where its package says `webhook: { scheme: …, secret: … }`.",
  });
