// The switch that has this browser told by Web Push. It shows only where the browser can be told, and says what hinders.

const form = document.getElementById("push-switch");
const [button, said] = form ? [form.querySelector("button"), form.querySelector("[role=status]")] : [];

async function digest(text) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function key() {
  const text = atob(form.dataset.key.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(text, (each) => each.charCodeAt(0));
}

async function tell(subscription, on) {
  const sent = new FormData(form);
  sent.set("token", JSON.stringify(subscription));
  if (on) sent.set("on", "1");
  const answer = await fetch(form.action, { method: "POST", body: sent });
  if (!answer.ok) throw new Error(String(answer.status));
}

/** A subscription belongs to one key of the site: one made with another is given up. */
async function subscribed(registration) {
  const options = { userVisibleOnly: true, applicationServerKey: key() };
  try {
    return await registration.pushManager.subscribe(options);
  } catch (error) {
    const old = error.name === "InvalidStateError" ? await registration.pushManager.getSubscription() : null;
    if (!old) throw error;
    await old.unsubscribe();
    return registration.pushManager.subscribe(options);
  }
}

async function turn(registration, on) {
  if (on) {
    if ((await Notification.requestPermission()) !== "granted") return form.dataset.refused;
    await tell(await subscribed(registration), true);
  } else {
    const subscription = await registration.pushManager.getSubscription();
    if (subscription) await tell(subscription, false);
    if (subscription) await subscription.unsubscribe();
  }
  button.setAttribute("aria-pressed", String(on));
  return on ? form.dataset.on : form.dataset.off;
}

async function begin() {
  const registration = await navigator.serviceWorker.register(form.dataset.worker, { scope: form.dataset.scope });
  const subscription = await registration.pushManager.getSubscription();
  const known = subscription && form.dataset.known.split(" ").includes(await digest(JSON.stringify(subscription)));
  button.setAttribute("aria-pressed", String(Boolean(known)));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      said.textContent = await turn(registration, button.getAttribute("aria-pressed") !== "true");
    } catch {
      said.textContent = form.dataset.failed;
    }
    button.disabled = false;
  });
  form.hidden = false;
}

if (form && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) begin().catch(() => {});
