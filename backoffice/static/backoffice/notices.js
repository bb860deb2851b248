// Tells of what is new: a line on the page, a short sound and a browser notice; a button switches a kind of it off.
const SHOWN = 3;
const STAYS = 12000;
const SAID = 6000;
const SOUND_EVERY = 2000;
const SOUNDED = "notices:sounded";
const NEXT = "notices:next";

const toasts = document.getElementById("toasts");
let audio = null;

/** A function that tells of one new thing of a kind, `{id, address, code?, text}`; nothing while the kind is off.
 *
 *  `text` stands before each, `button` switches the kind on and off and `allow` asks the browser for its notices; both
 *  are shown when they are of use. `tones` in hertz are its sound. */
export function announcer(kind, { text, button, allow, tones }) {
  const off = `${kind}:silent`;
  const isOn = () => localStorage.getItem(off) === null;

  function show() {
    if (!button) return;
    button.hidden = false;
    button.setAttribute("aria-pressed", String(isOn()));
    if (allow) allow.hidden = !(isOn() && globalThis.Notification?.permission === "default");
  }

  button?.addEventListener("click", () => {
    if (isOn()) {
      localStorage.setItem(off, "1");
      toasts.querySelectorAll(`[data-kind="${kind}"]`).forEach((line) => line.remove());
    } else localStorage.removeItem(off);
    show();
  });
  allow?.addEventListener("click", async () => {
    await Notification.requestPermission();
    show();
  });
  window.addEventListener("storage", show);
  show();

  return (news) => {
    if (!toasts || !isOn()) return;
    toast(kind, text, news);
    beep(tones);
    notice(text, news);
  };
}

function toast(kind, text, { address, code, text: words }) {
  const line = document.createElement("p");
  const link = document.createElement("a");
  line.className = "toast";
  line.dataset.kind = kind;
  line.append(`${text} `, link);
  link.href = address;
  if (code) {
    const number = document.createElement("bdi");
    number.dir = "ltr";
    number.textContent = code;
    link.append(number, " ");
  }
  const subject = document.createElement("span");
  subject.dir = "auto";
  subject.textContent = words;
  link.append(subject);
  toasts.append(line);
  while (toasts.children.length > SHOWN) toasts.firstElementChild.remove();
  // It stays while somebody points at it or stands in it.
  const timer = setInterval(() => {
    if (line.matches(":hover, :focus-within")) return;
    clearInterval(timer);
    line.remove();
  }, STAYS);
}

/** Says it on the page that comes next. */
export function sayNext(text) {
  sessionStorage.setItem(NEXT, text);
}

/** Says what was done, in a line that goes away by itself. */
export function say(text) {
  // Two fragments on their way at once may both bring it.
  for (const line of [...(toasts?.children ?? [])]) if (line.textContent === text) line.remove();
  const line = document.createElement("p");
  line.className = "toast";
  line.textContent = text;
  toasts?.append(line);
  setTimeout(() => line.remove(), SAID);
}

// Browsers let a page make sounds only after somebody has used it. Of several tabs one is heard.
function beep(tones) {
  if (!navigator.userActivation?.hasBeenActive || Date.now() - Number(localStorage.getItem(SOUNDED)) < SOUND_EVERY) return;
  localStorage.setItem(SOUNDED, String(Date.now()));
  audio ??= new AudioContext();
  tones.forEach((hertz, place) => {
    const [tone, volume, at] = [audio.createOscillator(), audio.createGain(), audio.currentTime + place * 0.18];
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.08, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.25);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.25);
  });
}

function notice(text, { id, address, code, text: words }) {
  if (!document.hidden || globalThis.Notification?.permission !== "granted") return;
  const told = new Notification(code ? `${text} ${code}` : text, {
    body: words,
    tag: id, // several tabs show one
    lang: document.documentElement.lang,
    dir: document.documentElement.dir,
  });
  told.onclick = () => {
    window.focus();
    location.assign(address);
  };
}

const left = sessionStorage.getItem(NEXT);
if (left) {
  sessionStorage.removeItem(NEXT);
  say(left);
}
