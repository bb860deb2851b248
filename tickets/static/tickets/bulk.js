// Many tickets at once, some at a time: how far it is, and what was refused and why. Without scripts it is one request.
const PART = 10;
const form = document.getElementById("bulk");
const report = document.getElementById("bulk-report");

async function sendPart(ids, { done, same }) {
  const sent = new FormData(form);
  sent.delete(form.dataset.of);
  ids.forEach((id) => sent.append(form.dataset.of, id));
  sent.set("so_far_done", done);
  sent.set("so_far_same", same);
  const answer = await fetch(location.href, { method: "POST", body: sent, headers: { "HX-Request": "true" } });
  // A form that is wrong, or a sign-in that ended, is shown as without scripts.
  return answer.ok && answer.headers.get("Content-Type")?.includes("json") ? answer.json() : null;
}

function items(texts) {
  return texts.map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const ids = new FormData(form).getAll(form.dataset.of);
  form.querySelectorAll(".submit-row button").forEach((button) => (button.disabled = true));
  let so_far = { done: 0, same: 0 };
  for (let at = 0; at < ids.length; at += PART) {
    const part = await sendPart(ids.slice(at, at + PART), so_far).catch(() => null);
    if (!part) {
      // What was done stays done; the rest is sent as one.
      [...form.querySelectorAll(`[name="${form.dataset.of}"]`)].slice(0, at).forEach((field) => field.remove());
      return form.submit();
    }
    so_far = part;
    form.hidden = true;
    report.hidden = false;
    report.querySelector("progress").value = Math.min(at + PART, ids.length) / ids.length;
    report.querySelector(".said").replaceChildren(...items(part.words));
    report.querySelector(".refused").append(...items(part.refused));
  }
  report.querySelector(".end").hidden = false;
  report.querySelector(".end a").focus();
});
