// Sends the request it is given.
import { send } from 'jobico:job/http@0.1.0';

const decode = (bytes) => String.fromCharCode(...new Uint8Array(bytes));
const encode = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

export const handler = {
  handle(event) {
    const { method = 'GET', url, headers = [], body, timeoutMs } = JSON.parse(event.data);
    const bytes = body === undefined ? null : encode(body);
    try {
      const response = send({ method, url, headers, body: bytes, timeoutMs: timeoutMs ?? null });
      const text = decode(response.body);
      return JSON.stringify({ status: response.status, headers: response.headers, text });
    } catch (error) {
      return JSON.stringify({ error: error.payload ?? error });
    }
  },
};
