import { Type, type Static } from 'typebox';

/** What a pause or a resume answers beside what it was of. */
export const pauseFields = {
  tenant: Type.String(),
  paused: Type.Boolean(),
  since: Type.Optional(Type.String({ format: 'date-time', description: 'Of what is paused.' })),
  changed: Type.Boolean({ description: 'False where it was so already.' }),
  nodes: Type.Array(
    Type.Object({
      id: Type.String(),
      module: Type.String(),
      applied: Type.Boolean({ description: 'From then on it starts nothing that is paused.' }),
      atRest: Type.Boolean({ description: 'Nothing that is paused runs there any more.' }),
    }),
    { description: 'The executors that live, as they stood when this was answered.' },
  ),
};

const PausedBase = Type.Object(pauseFields);
/** How a pause stands. */
export type PauseState = Static<typeof PausedBase>;
