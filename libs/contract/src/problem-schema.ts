import { ERROR_CODES } from './errors.ts';

/** JSON Schema of an error as every HTTP interface answers it: `application/problem+json`, RFC 9457. */
export const PROBLEM_SCHEMA: Readonly<Record<string, unknown>> = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { enum: ERROR_CODES, description: 'What callers branch on.' },
    detail: { type: 'string' },
    hint: { type: 'string', description: 'What to do about it.' },
    errors: {
      type: 'array',
      description: 'What is wrong with the input, each with a JSON pointer into it.',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: {
          path: { type: 'string' },
          message: { type: 'string' },
          value: { type: 'string' },
          allowed: { type: 'string' },
          suggestion: { type: 'string' },
        },
      },
    },
    details: {},
    id: { type: 'string', description: 'Names the occurrence in the logs.' },
  },
};
