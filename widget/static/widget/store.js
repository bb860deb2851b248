// What the widget keeps in the browser: under its own names, and in memory alone where the browser keeps nothing.

const PREFIX = "support-widget:";

export class Store {
  /** `scope` tells the help centers of one page's browser apart: the address of ours. */
  constructor(scope) {
    this.prefix = `${PREFIX}${scope}:`;
    this.memory = new Map();
  }

  /** What was kept under a name, else `otherwise`. */
  get(name, otherwise = null) {
    try {
      return JSON.parse(localStorage.getItem(this.prefix + name)) ?? this.memory.get(name) ?? otherwise;
    } catch {
      return this.memory.get(name) ?? otherwise;
    }
  }

  /** Keeps a value; null forgets it. */
  set(name, value) {
    if (value === null) this.memory.delete(name);
    else this.memory.set(name, value);
    try {
      if (value === null) localStorage.removeItem(this.prefix + name);
      else localStorage.setItem(this.prefix + name, JSON.stringify(value));
    } catch {
      // Kept in memory until the page goes.
    }
  }

  /** Calls `handler` when another tab changes what is kept under a name. */
  watch(name, handler) {
    addEventListener("storage", (event) => {
      if (event.key !== this.prefix + name) return;
      this.memory.delete(name);
      handler(this.get(name));
    });
  }
}
