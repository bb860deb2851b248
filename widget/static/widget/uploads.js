// Files on their way: each uploads by itself, tells how far it is, and begins again after a cut.

import { newName } from "./outbox.js";
import { gettext } from "./texts.js";

const PAUSE = 2000;

export class Upload {
  /** `limits` {maxFileBytes} refuses before anything is sent; `changed()` hears of progress. */
  constructor(file, path, rest, limits, changed) {
    this.file = file;
    this.name = file.name || "image.png";
    this.progress = 0;
    this.failed = "";
    this.key = newName();
    this.changed = changed;
    this.done = this.run(path, rest, limits);
    this.done.catch(() => {}); // shown beside the file; whoever sends it hears of it as well
  }

  async run(path, rest, limits) {
    if (this.file.size > limits.maxFileBytes) return this.fail(gettext("This file is too large."));
    for (;;) {
      try {
        const attachment = await rest.upload(path, this.file, this.key, (part) => this.move(part));
        this.attachment = attachment;
        this.move(1);
        return attachment;
      } catch (error) {
        if (this.cancelled || !error.passing) return this.fail(error.reason || gettext("This file could not be sent."));
        this.move(0);
        await this.pause();
      }
    }
  }

  move(part) {
    this.progress = part;
    this.changed();
  }

  fail(reason) {
    this.failed = reason;
    this.changed();
    throw new Error(reason);
  }

  /** Until the browser is online again, or a while. */
  pause() {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PAUSE);
      addEventListener("online", () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}
