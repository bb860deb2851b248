// Messages on their way. The box is emptied when its text is sent, and never afterwards: what is typed meanwhile is the
// next message of this chat, which waits for its turn.
import { dropUnsent, keepUnsent } from "../backoffice/writing.js";

/** The function that sends a form of an open chat. `taken(answer)` shows what the server answered, before the focus
 *  goes back to the box; `dress(block)` makes a fresh form work, `changed(form)` tells that its text is another. */
export function sender(pane, { taken, dress, changed }) {
  let queue = Promise.resolve();
  const part = (selector) => pane.querySelector(selector);

  function send(form) {
    const sent = { data: new FormData(form), text: form.elements.body.value, files: form.elements.attachments.files };
    sent.id = form.elements.client_message_id.value;
    part(".not-sent").hidden = true;
    keepUnsent(form, sent.text);
    empty(form);
    form.dataset.sending = Number(form.dataset.sending ?? 0) + 1;
    queue = queue.then(() => deliver(form.id, form.action, sent));
  }

  async function deliver(id, address, sent) {
    const form = () => document.getElementById(id);
    try {
      const answer = await post(address, sent.data);
      const at = document.activeElement;
      const stays = at === document.body || form()?.contains(at);
      if (answer.ok) dropUnsent(form(), sent.text);
      else takeBack(form(), sent, answer.page.querySelector(`#${pane.id} .composer`)?.cloneNode(true));
      taken(answer);
      // Whoever went elsewhere meanwhile is not called back.
      if (stays) form()?.elements.body.focus();
    } catch {
      takeBack(form(), sent);
      const note = part(".not-sent");
      if (note) note.hidden = false;
    } finally {
      const left = Number(form()?.dataset.sending ?? 1) - 1;
      if (left > 0) form().dataset.sending = left;
      else delete form()?.dataset.sending;
    }
  }

  // The form as it is for the next message.
  function empty(form) {
    form.reset();
    form.elements.body.value = form.elements.body.defaultValue = "";
    form.elements.client_message_id.value = crypto.randomUUID().replaceAll("-", "");
    form.querySelectorAll(".errorlist, .stored").forEach((block) => block.remove());
    changed(form);
  }

  // What could not be sent stands in the box again, below what has been typed since; in the server's form, if it sent
  // one, with the reasons.
  function takeBack(form, sent, block) {
    if (!form) return;
    const forms = [...pane.querySelectorAll("form[data-live]")];
    const typed = Object.fromEntries(forms.map((each) => [each.id, contents(each)]));
    if (block) {
      part(".composer").replaceWith(block);
      dress(block);
    } else typed[form.id].text.push(sent.text);
    for (const [id, { text, files }] of Object.entries(typed)) {
      const now = document.getElementById(id);
      if (!now) continue;
      const box = now.elements.body;
      if (!block && now === form && text[0] === "") now.elements.client_message_id.value = sent.id; // the same message
      box.value = [...text, ...(block ? [box.value] : [])].filter((line) => line.trim()).join("\n");
      if (now.id === form.id && !block) files.push(...sent.files);
      now.elements.attachments.files = listOf(files);
      grow(box);
    }
    dropUnsent(document.getElementById(form.id), sent.text);
  }

  return send;
}

/** Posts a form's data; the answer as `ok` and its `page`. Throws where no page of the desk came back, with the `address`
 *  that was answered by another page (the way in, for whoever was signed out). */
export async function post(address, data) {
  const answer = await fetch(address, { method: "POST", body: data, headers: { "HX-Request": "true" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.getElementById("desk")) return { ok: answer.ok, page };
  throw Object.assign(new Error(String(answer.status)), { address: answer.redirected ? answer.url : "" });
}

/** Makes a box as high as its text. */
export function grow(box) {
  box.style.blockSize = "auto";
  box.style.blockSize = `${Math.min(box.scrollHeight + 2, 260)}px`;
}

const contents = (form) => ({ text: [form.elements.body.value], files: [...form.elements.attachments.files] });

function listOf(files) {
  const list = new DataTransfer();
  files.forEach((file) => list.items.add(file));
  return list.files;
}
