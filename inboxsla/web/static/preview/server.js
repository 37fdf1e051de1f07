// Talks to our own server: the simulated mailbox, and the add-on the way Google would call it.

import { buildEvent } from "./event.js";
import { say } from "./dom.js";

const base = location.pathname.replace(/\/$/, "");
const { formField, addonBase } = document.body.dataset;
const LONGEST = 30_000;

export class Trouble extends Error {}

async function answered(response) {
  let said = null;
  try {
    said = await response.json();
  } catch {
    // What is no JSON says nothing that a person could read.
  }
  if (response.ok && said !== null) return said;
  throw new Trouble(said?.error ?? (response.status === 401 ? say("signed_out") : say("no_answer")));
}

async function asked(path, options = {}) {
  let response;
  try {
    // Gmail tells times in the reader's zone, and so does the panel beside it.
    const headers = { "Reader-Zone": Intl.DateTimeFormat().resolvedOptions().timeZone };
    response = await fetch(`${base}${path}`, { ...options, headers, signal: AbortSignal.timeout(LONGEST) });
  } catch {
    throw new Trouble(say("no_answer"));
  }
  return answered(response);
}

export const get = (path) => asked(path);

export function post(path, fields = {}) {
  return asked(path, { method: "POST", body: new URLSearchParams({ ...fields, [formField]: document.body.dataset.formToken }) });
}

/** From now on whoever looks is signed in as `persona`, and forms carry another token. */
export async function become(persona) {
  const said = await post("/persona", { persona });
  document.body.dataset.formToken = said.form_token;
}

/** Addresses of our own server, whichever of its names they use, as paths of this page's origin; others as they are. */
export function here(url) {
  return url.startsWith(`${addonBase}/`) ? url.slice(addonBase.length) : url;
}

/**
 * Calls one of the add-on's addresses as Google does: signed tokens, 30 seconds, 200 and JSON or nothing.
 * Throws Trouble with what Google's log would say.
 */
export async function callAddon(url, { persona, platform, open, invoked }) {
  const tokens = await post("/identity", { audience: url, persona });
  let response;
  try {
    response = await fetch(here(url), {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${tokens.systemIdToken}` },
      body: JSON.stringify(buildEvent({ platform, tokens, open, invoked })),
      credentials: "omit",
      signal: AbortSignal.timeout(LONGEST),
    });
  } catch (error) {
    throw new Trouble(error.name === "TimeoutError" ? say("too_slow") : say("no_answer"));
  }
  if (response.status !== 200) throw new Trouble(say("status", { status: String(response.status) }));
  try {
    return await response.json();
  } catch {
    throw new Trouble(say("not_json"));
  }
}
