// The home page, live: its figures and lists are fetched again when something happens to tickets or chats.
import { coalesced, fragment, keepFocus, listen } from "./live.js";

const PAUSE = 2000;
const refresh = coalesced(async () => {
  const home = document.getElementById("home");
  if (!home) return live.stop();
  const found = await fragment(home.dataset.liveUrl);
  const fresh = found?.getElementById("home");
  if (!fresh) return live.stop();
  if (!home.isEqualNode(fresh)) keepFocus(() => home.replaceWith(fresh));
}, PAUSE);

const live = listen(refresh, () => live.stop());
live.on("*", (data, frame) => /^(ticket|chat):(created|updated|assigned|waiting|accepted|ended)/.test(frame.event) && refresh());
