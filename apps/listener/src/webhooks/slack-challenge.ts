/** What Slack asks for when an address is entered there; it is no event. */
export function slackChallenge(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { type, challenge } = body as { type?: unknown; challenge?: unknown };
  return type === 'url_verification' && typeof challenge === 'string' ? challenge : undefined;
}
