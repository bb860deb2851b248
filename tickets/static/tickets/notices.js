// Tells of new tickets: a line on the page, a short sound and a browser notice; one button switches all of it off.
const OFF = "new-tickets:silent";
const SHOWN = 3;
const STAYS = 12000;
const SOUND_EVERY = 2000;

const toasts = document.getElementById("toasts");
const button = document.getElementById("notices");
const allow = document.getElementById("allow-notices");
let audio = null;
let sounded = 0;

const isOn = () => localStorage.getItem(OFF) === null;

function show() {
  if (!button) return;
  button.hidden = false;
  button.setAttribute("aria-pressed", String(isOn()));
  allow.hidden = !(isOn() && globalThis.Notification?.permission === "default");
}

button?.addEventListener("click", () => {
  if (isOn()) {
    localStorage.setItem(OFF, "1");
    toasts.replaceChildren();
  } else localStorage.removeItem(OFF);
  show();
});
allow?.addEventListener("click", async () => {
  await Notification.requestPermission();
  show();
});
window.addEventListener("storage", show);
show();

/** Tells of one new ticket, in the form that events carry. */
export function announce(ticket) {
  if (!toasts || !isOn()) return;
  const address = `${toasts.dataset.address}${ticket.id}/change/`;
  toast(ticket, address);
  beep();
  notice(ticket, address);
}

function toast(ticket, address) {
  const line = document.createElement("p");
  const link = document.createElement("a");
  const number = document.createElement("bdi");
  const subject = document.createElement("span");
  line.className = "toast";
  line.append(`${toasts.dataset.text} `, link);
  link.href = address;
  link.append(number, " ", subject);
  number.dir = "ltr";
  number.textContent = ticket.ticketNumber;
  subject.dir = "auto";
  subject.textContent = ticket.subject;
  toasts.append(line);
  while (toasts.children.length > SHOWN) toasts.firstElementChild.remove();
  // It stays while somebody points at it or stands in it.
  const timer = setInterval(() => {
    if (line.matches(":hover, :focus-within")) return;
    clearInterval(timer);
    line.remove();
  }, STAYS);
}

// Browsers let a page make sounds only after somebody has used it.
function beep() {
  if (!navigator.userActivation?.hasBeenActive || Date.now() - sounded < SOUND_EVERY) return;
  sounded = Date.now();
  audio ??= new AudioContext();
  const [tone, volume, now] = [audio.createOscillator(), audio.createGain(), audio.currentTime];
  tone.frequency.value = 880;
  volume.gain.setValueAtTime(0.08, now);
  volume.gain.exponentialRampToValueAtTime(0.001, now + 0.25);
  tone.connect(volume).connect(audio.destination);
  tone.start(now);
  tone.stop(now + 0.25);
}

function notice(ticket, address) {
  if (!document.hidden || globalThis.Notification?.permission !== "granted") return;
  const told = new Notification(`${toasts.dataset.text} ${ticket.ticketNumber}`, {
    body: ticket.subject,
    tag: `ticket:${ticket.id}`, // several tabs show one
    lang: document.documentElement.lang,
    dir: document.documentElement.dir,
  });
  told.onclick = () => {
    window.focus();
    location.assign(address);
  };
}
