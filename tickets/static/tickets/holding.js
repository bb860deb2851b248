// Half a minute to take a reply back before it is sent, for agents who chose that. Nothing is sent meanwhile: what was
// typed stands in the box and in its draft.
const SECONDS = 30;

/** Waits with a form that is about to be sent; resolves to whether it is to be. `sendNow` ends the wait at once. */
export function hold(form) {
  const words = form.closest("[data-hold-text]").dataset;
  const line = document.createElement("p");
  const [text, back, now] = [document.createElement("span"), button(words.holdBack), button(words.holdNow)];
  line.className = "held note";
  line.setAttribute("role", "status");
  line.append(text, back, now);
  form.append(line);
  form.elements.body.readOnly = true;
  const leaving = (event) => event.preventDefault();
  addEventListener("beforeunload", leaving);
  let left = SECONDS;
  let finish;
  const answer = new Promise((done) => {
    finish = (isSent) => {
      clearInterval(timer);
      removeEventListener("beforeunload", leaving);
      line.remove();
      form.elements.body.readOnly = false;
      if (!isSent) form.elements.body.focus();
      done(isSent);
    };
  });
  const show = () => (text.textContent = words.holdText.replace("{seconds}", left));
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) show();
    else finish(true);
  }, 1000);
  show();
  back.addEventListener("click", () => finish(false));
  now.addEventListener("click", () => finish(true));
  back.focus();
  return { answer, sendNow: () => finish(true) };
}

function button(text) {
  const found = document.createElement("button");
  found.type = "button";
  found.className = "button";
  found.textContent = text;
  return found;
}
