// Who is at the page: nobody yet, a guest with a name, or a customer whom the shop has signed in.

import { Rest } from "./rest.js";

const EARLY = 60000; // a token is renewed so long before it ends

export class Identity {
  constructor(base, language, store) {
    this.store = store;
    this.fetchToken = null;
    this.held = null; // {token, until}
    this.met = () => {}; // hears that somebody else is here than before
    this.rest = new Rest(base, language, () => null);
  }

  get guest() {
    const guest = this.store.get("guest");
    return guest && guest.until > Date.now() ? guest : null;
  }

  get isCustomer() {
    return Boolean(this.fetchToken);
  }

  get isKnown() {
    return this.isCustomer || Boolean(this.guest);
  }

  /** The id of whoever is signed in, to tell their own typing and reading from the other side's. */
  get userId() {
    const token = this.isCustomer ? this.held?.token : this.guest?.token;
    return token ? claims(token).sub : null;
  }

  /** What the name form shows again. */
  get lastName() {
    return this.store.get("name") ?? { name: "", email: "" };
  }

  /** Signs a customer in: `fetchToken` asks the shop's own server for a token, now and whenever one runs out. */
  signIn(fetchToken) {
    this.fetchToken = fetchToken;
    this.held = null;
  }

  /** Forgets everybody. */
  signOut() {
    this.fetchToken = this.held = null;
    this.store.set("guest", null);
    this.store.set("person", null);
  }

  /** A token that is good for another minute; null for nobody. */
  async token() {
    if (!this.isCustomer) return this.guest?.token ?? null;
    if (this.held && this.held.until - EARLY > Date.now()) return this.held.token;
    this.asking ??= this.ask().finally(() => (this.asking = null));
    return this.asking;
  }

  async ask() {
    const token = await this.fetchToken();
    if (!token) return (this.held = null);
    const { exp, sub } = claims(token);
    this.held = { token, until: exp * 1000 };
    if (this.store.get("person") !== sub) this.met();
    this.store.set("person", sub);
    return token;
  }

  /** Begins as a guest; the name stays for the next time. */
  async beGuest(name, email = "") {
    const { data } = await this.rest.post("/auth/guest", { name, ...(email ? { email } : {}) });
    const until = Date.now() + data.expiresIn * 1000 - EARLY;
    if (this.store.get("person")) this.met(); // a customer was here before
    this.store.set("person", null);
    this.store.set("name", { name, email });
    this.store.set("guest", { token: data.accessToken, name, email, until });
  }

  /** After a 401: a guest begins anew under the same name, a customer's token is fetched again. */
  async renew() {
    this.held = null;
    if (this.isCustomer) return;
    const { name, email } = this.lastName;
    this.store.set("guest", null);
    if (name) await this.beGuest(name, email);
  }
}

function claims(token) {
  try {
    const bytes = Uint8Array.from(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return { exp: 0, sub: null };
  }
}
