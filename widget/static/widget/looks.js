// Shows in the frames what the form says, as it is typed.

const form = document.getElementById("looks");
const frames = [...document.querySelectorAll("iframe[data-language]")];
const greeting = document.getElementById("show-greeting");

function value(name, language) {
  const field = form.elements[language ? `${name}_${language}` : name];
  return field.value.trim() || field.placeholder;
}

function show({ contentWindow, dataset }) {
  contentWindow.SupportWidget?.set({
    color: value("color"),
    title: value("title", dataset.language),
    greeting: value("greeting", dataset.language),
  });
}

form.addEventListener("input", () => frames.forEach(show));
for (const frame of frames) {
  frame.addEventListener("load", () => show(frame));
  if (frame.contentDocument?.readyState === "complete") show(frame);
}
greeting.hidden = false;
greeting.addEventListener("click", () => {
  for (const { contentWindow, dataset } of frames) {
    contentWindow.SupportWidget?.close();
    contentWindow.SupportWidget?.greet(value("proactive_text", dataset.language));
  }
});
