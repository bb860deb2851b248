// Requests to the API: one error shape, and uploads that tell how far they are.

const PASSING = new Set(["unavailable", "rate_limited", "in_progress"]); // what trying again later mends
const ANSWER_WITHIN = 20000;

/** A refusal of the API, or a connection that failed (`code` "offline"); `passing` when trying again may help. */
export class Refused extends Error {
  constructor(status, error = {}) {
    super(error.message ?? "");
    this.status = status;
    this.code = error.code ?? (status ? "invalid" : "offline");
    this.fields = error.fields ?? {};
    this.details = error.details ?? {};
    this.passing = !status || status >= 500 || PASSING.has(this.code);
  }

  /** What to tell a person: the reason of a field where there is one. */
  get reason() {
    return Object.values(this.fields).flat()[0] ?? this.message;
  }
}

export class Rest {
  /** `token` is a function that answers an access token, or null. */
  constructor(base, language, token) {
    this.base = base;
    this.language = language;
    this.token = token;
  }

  get(path) {
    return this.send("GET", path);
  }

  post(path, body = {}, headers = {}) {
    return this.send("POST", path, body, headers);
  }

  /** Answers {data, meta, status}; rejects with Refused. */
  async send(method, path, body, headers = {}) {
    let answer;
    try {
      const token = await this.token();
      answer = await fetch(this.base + path, {
        method,
        credentials: "omit",
        signal: AbortSignal.timeout(ANSWER_WITHIN),
        headers: {
          "Accept-Language": this.language,
          ...(token ? { Authorization: `Bearer ${token}` } : {}),
          ...(body ? { "Content-Type": "application/json" } : {}),
          ...headers,
        },
        body: body && JSON.stringify(body),
      });
    } catch {
      throw new Refused(0);
    }
    const content = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Refused(answer.status, content.error);
    return { data: content.data, meta: content.meta, status: answer.status };
  }

  /** Uploads one file and answers its attachment; `key` makes a repeat harmless, `onProgress` hears from 0 to 1, `signal` ends it. */
  async upload(path, file, key, onProgress, signal) {
    const token = await this.token().catch(() => {
      throw new Refused(0);
    });
    const form = new FormData();
    form.append("files", file, file.name || "image.png");
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", this.base + path);
      request.responseType = "json";
      request.setRequestHeader("Accept-Language", this.language);
      request.setRequestHeader("Authorization", `Bearer ${token}`);
      request.setRequestHeader("Idempotency-Key", key);
      request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
      request.onerror = request.ontimeout = request.onabort = () => reject(new Refused(0));
      request.onload = () => {
        if (request.status < 300) resolve(request.response.data.attachments[0]);
        else reject(new Refused(request.status, request.response?.error));
      };
      signal.addEventListener("abort", () => request.abort());
      request.send(form);
    });
  }
}
