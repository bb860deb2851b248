// Small forms of the widget: fields with their faults beside them, and the choice of one to five.

import { h } from "./dom.js";
import { gettext } from "./texts.js";

/** A labelled field; `more` are its attributes. */
export function field(label, more = {}, note = "") {
  const { tag = "input", value = "", ...attributes } = more;
  const input = h(tag, { dir: "auto", ...attributes });
  input.value = value;
  return { input, element: h("label", {}, h("span", {}, label, note ? h("small", {}, ` (${note})`) : ""), input) };
}

/** A form that runs `submit` once at a time and shows why it was refused. */
export function form(parts, label, submit) {
  const problem = h("p", { class: "wrong", role: "alert", hidden: true });
  const button = h("button", { type: "submit", class: "big" }, label);
  const run = async (event) => {
    event.preventDefault();
    if (button.ariaDisabled) return;
    button.ariaDisabled = "true"; // not disabled, which would take the focus out of the panel
    problem.hidden = true;
    try {
      await submit();
    } catch (error) {
      problem.textContent = error.code === "offline" ? gettext("There is no connection. Try again in a moment.") : error.reason || error.message;
      problem.hidden = false;
    } finally {
      button.ariaDisabled = null;
    }
  };
  return h("form", { onsubmit: run }, parts, problem, button);
}

/** The form that rates; `send(rating, feedback)` sends it. */
export function ratingForm(legend, send) {
  const radios = [1, 2, 3, 4, 5].map((value) => h("input", { type: "radio", name: "rating", value: String(value), required: true, "aria-label": String(value) }));
  const stars = h("fieldset", { class: "stars" }, h("legend", {}, legend), radios.map((radio) => h("label", {}, radio, h("span", { "aria-hidden": "true" }, radio.value))));
  const feedback = field(gettext("Anything you would like to tell us"), { tag: "textarea", rows: "2", maxlength: "2000" }, gettext("not required"));
  const made = form([stars, feedback.element], gettext("Send the rating"), () => send(Number(radios.find((radio) => radio.checked).value), feedback.input.value.trim()));
  made.classList.add("card");
  return made;
}
