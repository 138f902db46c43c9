import type { Hook } from '@oclif/core';

/** A misspelt command ends with what was probably meant. */
const commandNotFound: Hook.CommandNotFound = async ({ id, config }) => {
  const { JobicoError, nearest } = await import('@jobico/contract');
  const words = id.replaceAll(':', ' ');
  const known = [...config.commandIDs, ...config.topics.map(({ name }) => name)].map((each) =>
    each.replaceAll(':', ' '),
  );
  const meant = nearest(words, known);
  throw new JobicoError('usage', `there is no command ${words}`, {
    hint: meant === undefined ? 'jobico --help lists the commands.' : `Did you mean jobico ${meant}?`,
  });
};

export default commandNotFound;
