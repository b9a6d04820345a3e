// The API, which is all that the page knows of the store.

/** An answer that is no success: `code` for programs, `text` and `remedy` for people. */
export class Refusal extends Error {
  constructor(status, { code = "unknown", text = "", remedy = "" }) {
    super(text);
    Object.assign(this, { status, code, text, remedy });
  }
}

const UNREACHABLE = {
  code: "unreachable",
  text: "The dashboard does not answer.",
  remedy: "If it was stopped, start it again; this page asks again by itself.",
};
let session = null;

/** Read an address of the API. */
export async function read(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== undefined && value !== null);
  const query = new URLSearchParams(given).toString();
  return ask(`/api/${path}${query ? `?${query}` : ""}`, {});
}

/** Who asks, as a proxy says it; "" where people name themselves. */
export async function whoAsks() {
  session ??= await read("session");
  return session.reviewer;
}

/** Write; a session that has ended (the service was started again) is renewed once. */
export async function write(path, content) {
  const body = JSON.stringify(content);
  for (const again of [true, false]) {
    session ??= await read("session");
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": session.token };
    try {
      return await ask(`/api/${path}`, { method: "POST", headers, body });
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 403 || !again) throw error;
      session = null;
    }
  }
  throw new Refusal(403, {});
}

async function ask(address, options) {
  let answer;
  try {
    answer = await fetch(address, { ...options, signal: AbortSignal.timeout(20_000) });
  } catch {
    throw new Refusal(0, UNREACHABLE);
  }
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, content);
  return content;
}
