// The only place that speaks to the server. Nothing here throws: every answer is
//   {ok: true, status, data, response}   or
//   {ok: false, status, code, message, errors, data, reason}
// reason: "offline" (no network), "timeout", "aborted", "signed_out" (401), "refused" (the server
// said no, `code` says why), "server" (5xx: try again later).

const TIMEOUT = 20_000;
/** A photo over a poor network; longer means that nobody listens. */
const UPLOAD_TIMEOUT = 180_000;

/** The CSRF token, from the cookie the app sets: a stored page holds none. */
export function csrfToken() {
  const found = document.cookie.match(/(?:^|;\s*)cpd_csrf=([^;]+)/);
  return found ? decodeURIComponent(found[1]) : "";
}

function headersFor(method, body, extra) {
  const headers = { Accept: "application/json", ...extra };
  if (!["GET", "HEAD"].includes(method)) headers["X-CSRFToken"] ??= csrfToken();
  if (isPlain(body)) headers["Content-Type"] = "application/json";
  return headers;
}

function isPlain(body) {
  return body !== undefined && !(body instanceof FormData || body instanceof Blob
    || body instanceof URLSearchParams || typeof body === "string");
}

function parsed(text, type) {
  if (!/\bjson\b/.test(type ?? "")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function answer(status, data, response) {
  if (status >= 200 && status < 400) return { ok: true, status, data, response };
  const { code = "", message = "", errors = {} } = data && typeof data === "object" ? data : {};
  const reason = status === 401 ? "signed_out" : status >= 500 ? "server" : "refused";
  return { ok: false, status, code, message, errors, data, reason };
}

function failure(reason) {
  return { ok: false, status: 0, code: "", message: "", errors: {}, data: null, reason };
}

/** One request; `body` may be an object (sent as JSON), FormData, a Blob or text. */
export async function send(url, options = {}) {
  const { method = "GET", body, headers = {}, signal, timeout = TIMEOUT } = options;
  const clock = new AbortController();
  const stop = () => clock.abort();
  const timer = setTimeout(stop, timeout);
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  try {
    const response = await fetch(url, {
      method,
      headers: headersFor(method, body, headers),
      body: isPlain(body) ? JSON.stringify(body) : body,
      credentials: "same-origin",
      signal: clock.signal,
    });
    const text = await response.text();
    return answer(response.status, parsed(text, response.headers.get("Content-Type")), response);
  } catch (error) {
    if (error.name !== "AbortError") return failure("offline");
    return failure(signal?.aborted ? "aborted" : "timeout");
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

export const get = (url, options = {}) => send(url, { ...options, method: "GET" });
export const post = (url, body, options = {}) => send(url, { ...options, method: "POST", body });

/** Post a form's data with progress: `onProgress(share)` hears 0 to 1. fetch cannot tell that. */
export function upload(url, data, { onProgress, signal, headers = {} } = {}) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.timeout = UPLOAD_TIMEOUT;
    for (const [name, value] of Object.entries(headersFor("POST", data, headers))) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress?.(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      const type = request.getResponseHeader("Content-Type");
      resolve(answer(request.status, parsed(request.responseText, type), null));
    });
    request.addEventListener("error", () => resolve(failure("offline")));
    request.addEventListener("timeout", () => resolve(failure("timeout")));
    request.addEventListener("abort", () => resolve(failure("aborted")));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    if (signal?.aborted) resolve(failure("aborted"));
    else request.send(data);
  });
}
