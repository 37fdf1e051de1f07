// The JSON that Google sends to an add-on. Only this file knows its shape.

/** REST ids are hexadecimal, those in events decimal behind the name of their kind. */
export const decimal = (hex) => BigInt(`0x${hex}`).toString();

/**
 * An event from the web or a phone.
 * `tokens` are what the server signed; `open` is {threadId, messageId} (hexadecimal) or null on the homepage;
 * `invoked` is {function, parameters, formInputs} for a click.
 */
export function buildEvent({ platform, tokens, open = null, invoked = null }) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const common = {
    hostApp: "GMAIL",
    platform,
    userLocale: navigator.language.split("-")[0],
    timeZone: { id: zone, offset: -new Date().getTimezoneOffset() * 60_000 },
  };
  if (invoked) {
    common.invokedFunction = invoked.function;
    common.parameters = Object.fromEntries((invoked.parameters ?? []).map(({ key, value }) => [key, value]));
    if (Object.keys(invoked.formInputs).length) common.formInputs = invoked.formInputs;
  }
  const event = { commonEventObject: common, authorizationEventObject: { ...tokens } };
  if (open) {
    event.gmail = {
      messageId: `msg-f:${decimal(open.messageId)}`,
      threadId: `thread-f:${decimal(open.threadId)}`,
      accessToken: tokens.userOAuthToken,
    };
  }
  return event;
}

/** Google sends the wall time that was chosen as if it were UTC. */
export function wallTime(written) {
  const at = Date.parse(`${written}${written.includes("T") ? ":00" : "T00:00:00"}Z`);
  return Number.isNaN(at) ? null : String(at);
}
