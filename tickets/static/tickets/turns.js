// One form of a page is on its way at a time. What is chosen meanwhile is sent after it, with the page as it is then: a
// form that knew nothing of the one before would be refused as old.
import { say } from "../backoffice/notices.js";
import { sendForm } from "./send.js";

/** The turns of a page: `mustWait(form, submitter)` keeps a choice for later while another is on its way, `take` sends
 *  one, and `next(ok)`, once its answer stands on the page, sends the choice that waited, or says that it was not. */
export function takingTurns(page) {
  const waiting = new Map(); // by the form's address: the last choice made in it
  let under = null; // what is on its way

  const choiceOf = (form, submitter) => ({ action: form.action, name: submitter?.name ?? "", value: submitter?.value ?? "" });

  function mustWait(form, submitter) {
    if (!under) return false;
    const choice = choiceOf(form, submitter);
    if (JSON.stringify(choice) !== JSON.stringify(under)) waiting.set(choice.action, choice); // else a double click
    return true;
  }

  async function take(form, submitter) {
    while (under) await under.answer; // a reply that was held back, beside a form that is on its way
    const box = form.dataset.draft && form.elements.body;
    under = choiceOf(form, submitter);
    const answer = sendForm(form, submitter);
    Object.defineProperty(under, "answer", { value: answer });
    if (box) box.readOnly = true; // what was typed now would be lost
    form.setAttribute("aria-busy", "true");
    await answer;
    if (box) box.readOnly = false;
    form.removeAttribute("aria-busy");
    under = null;
    return answer;
  }

  function next(ok) {
    const [choice] = waiting.values();
    if (!choice) return;
    waiting.delete(choice.action);
    const form = ok && [...page.querySelectorAll("form")].find(({ action }) => action === choice.action);
    const button = choice.name && form && form.querySelector(`button[name="${CSS.escape(choice.name)}"][value="${CSS.escape(choice.value)}"]`);
    if (form && (button || !choice.name)) return form.requestSubmit(button || undefined);
    say(page.dataset.notSent);
    next(ok);
  }

  return { mustWait, take, next };
}
