// Keeps a core busy, the longer the more rounds its event asks for: a component has no clock.
import { defineJob } from '@jobico/sdk';

export const handler = defineJob<{ rounds: number }>(({ data }) => {
  let sum = 0;
  for (let round = 0; round < data.rounds; round += 1) sum = (sum + round) % 65_537;
  return sum;
});
