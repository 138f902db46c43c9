// Gives away what `config.get` answers for a name, in the way that its event asks for.
import { get } from 'jobico:job/config@0.1.0';
import { write } from 'jobico:job/log@0.1.0';
import { emit } from 'jobico:job/outbox@0.1.0';

export const handler = {
  handle(event) {
    const { name, how, as = 'plain' } = JSON.parse(event.data);
    const value = get(name);
    if (value === undefined || value === null) return JSON.stringify({ absent: name });
    const said = as === 'escaped' ? JSON.stringify(value) : value;
    write('info', `the secret is ${said}`);
    if (how === 'emit') emit('told', JSON.stringify({ said: value, [value]: [value] }), value);
    if (how === 'retry' || how === 'permanent') throw { tag: how, val: `it was ${said}` };
    if (how === 'trap') throw new Error(`it was ${said}`);
    return JSON.stringify({ length: value.length, said, list: [{ [value]: `and ${value}!` }] });
  },
};
