// Countdowns: every [data-due] says how long is left until its moment, or how late it is. It turns yellow
// at its [data-warns] and red when it is due.
const SECOND = 1000;
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const language = `${document.documentElement.lang || "ar"}-u-nu-latn`;
const format = Object.fromEntries(
  UNITS.map(([unit]) => [unit, new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" })]),
);

function duration(seconds) {
  const [unit, size] = UNITS.find(([, each]) => seconds >= each) ?? UNITS.at(-1);
  return format[unit].format(Math.floor(seconds / size));
}

function show(badge, now) {
  const left = Math.floor((Date.parse(badge.dataset.due) - now) / SECOND);
  const words = left < 0 ? badge.dataset.late : badge.dataset.left;
  const text = words.replace("%(time)s", duration(Math.abs(left)));
  if (badge.textContent !== text) badge.textContent = text;
  const warns = Date.parse(badge.dataset.warns ?? "") <= now; // never without a moment
  badge.classList.toggle("bad", left < 0);
  badge.classList.toggle("warn", left >= 0 && warns);
  badge.classList.toggle("info", left >= 0 && !warns);
}

function tick() {
  const now = Date.now();
  for (const badge of document.querySelectorAll("[data-due]")) show(badge, now);
}

tick();
setInterval(tick, SECOND);
document.addEventListener("live:swapped", tick);
