// Small forms of the widget: fields with their faults beside them, and the choice of one to five.

import { h } from "./dom.js";
import { gettext } from "./texts.js";

let made = 0;

/** A labelled field; `more` are its attributes, `name` that of the API, so that a refusal of the server finds it. */
export function field(label, more = {}, note = "") {
  const { tag = "input", value = "", ...attributes } = more;
  const input = h(tag, { dir: "auto", ...attributes });
  input.value = value;
  const element = h("div", { class: "field" }, h("label", {}, h("span", {}, label, note ? h("small", {}, ` (${note})`) : ""), input), faultOf(input));
  return { input, element };
}

/** A place for what is wrong with a field or a group, which is described by it. */
function faultOf(control) {
  const place = h("p", { class: "wrong", id: `fault-${++made}`, hidden: true });
  control.setAttribute("aria-describedby", place.id);
  return place;
}

/** A form that runs `submit` once at a time and shows what is missing, or why it was refused, in the widget's words. */
export function form(parts, label, submit) {
  const problem = h("p", { class: "wrong", role: "alert", hidden: true });
  const button = h("button", { type: "submit", class: "big" }, label);
  const run = async (event) => {
    event.preventDefault();
    if (button.ariaDisabled) return;
    problem.hidden = true;
    if (showFaults(element, faultsOf(element))) return;
    button.ariaDisabled = "true"; // not disabled, which would take the focus out of the panel
    try {
      await submit();
    } catch (error) {
      if (showFaults(element, refusedOf(element, error.fields))) return;
      problem.textContent = error.code === "offline" ? gettext("There is no connection. Try again in a moment.") : error.reason || error.message;
      problem.hidden = false;
    } finally {
      button.ariaDisabled = null;
    }
  };
  const element = h("form", { novalidate: true, onsubmit: run, oninput: ({ target }) => mark(target, "") }, parts, problem, button);
  return element;
}

/** What is wrong with a form's fields before anything is sent, by field. */
function faultsOf(element) {
  const faults = new Map();
  for (const input of element.elements) {
    const empty = input.required && (input.type === "radio" ? input.validity.valueMissing : !input.value.trim());
    if (empty) faults.set(input, input.type === "radio" ? gettext("Choose from 1 to 5.") : gettext("Fill in this field."));
    else if (input.validity?.typeMismatch) faults.set(input, gettext("This is not an e-mail address."));
  }
  return faults;
}

/** What the server said of a form's fields, by field. */
function refusedOf(element, fields = {}) {
  const named = [...element.elements].filter((input) => fields[input.name]?.[0]);
  return new Map(named.map((input) => [input, fields[input.name][0]]));
}

/** Puts faults beside their fields and the focus to the first; answers whether there are any. */
function showFaults(element, faults) {
  for (const input of element.elements) mark(input, faults.get(input) ?? "");
  const [first] = faults.keys();
  first?.focus();
  return Boolean(first);
}

function mark(input, text) {
  const control = input.type === "radio" ? input.closest("fieldset") : input;
  const place = control?.getRootNode().getElementById(control.getAttribute("aria-describedby"));
  if (!place) return;
  place.textContent = text;
  place.hidden = !text;
  if (text) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

/** The form that rates; `send(rating, feedback)` sends it. */
export function ratingForm(legend, send) {
  const radios = [1, 2, 3, 4, 5].map((value) => h("input", { type: "radio", name: "rating", value: String(value), required: true, "aria-label": String(value) }));
  const stars = h("fieldset", { class: "stars", role: "radiogroup", "aria-required": "true" }, h("legend", {}, legend), radios.map((radio) => h("label", {}, radio, h("span", { "aria-hidden": "true" }, radio.value))));
  const feedback = field(gettext("Anything you would like to tell us"), { tag: "textarea", name: "feedback", rows: "2", maxlength: "2000" }, gettext("not required"));
  const element = form([h("div", { class: "field" }, stars, faultOf(stars)), feedback.element], gettext("Send the rating"), () => send(Number(radios.find((radio) => radio.checked).value), feedback.input.value.trim()));
  element.classList.add("card");
  return element;
}
