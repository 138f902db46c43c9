import { fileURLToPath } from 'node:url';
import { Config, Help } from '@oclif/core';
import { expect, test, vi } from 'vitest';
import { loadOptions } from '../src/main.ts';

vi.stubEnv('OCLIF_COLUMNS', '80');
const root = fileURLToPath(new URL('..', import.meta.url));
const config = await Config.load(loadOptions({ root, isCheckout: true }));
const ours = config.commands.filter(({ pluginName, hidden }) => pluginName === 'jobico' && !hidden);

class TextHelp extends Help {
  textOf(command: (typeof ours)[number]): string {
    return this.formatCommand(command);
  }
}
const help = new TextHelp(config, { stripAnsi: true });

test.each(ours.map((command) => [command.id.replaceAll(':', ' '), command] as const))(
  'help of jobico %s is as it was, and fits 80 columns',
  (_, command) => {
    const text = help.textOf(command);
    // Examples are to be copied whole.
    const [words = ''] = text.split('\nEXAMPLES');
    expect(words.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text).toMatchSnapshot();
  },
);
