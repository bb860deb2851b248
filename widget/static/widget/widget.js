// The one script that a shop's page loads: <script src="https://help.example.com/static/widget/widget.js" async></script>
// It makes `SupportWidget` at once and brings the modules beside it; docs/widget.md has the attributes and the calls.
(() => {
  if (window.SupportWidget) return;
  const tag = document.currentScript ?? document.querySelector('script[src*="/widget/widget.js"]');
  const waiting = [];
  const later = (name) => (...given) => waiting.push([name, given]);
  const calls = ["open", "close", "greet", "signIn", "signOut", "on", "set"];
  window.SupportWidget = Object.fromEntries(calls.map((name) => [name, later(name)]));
  const start = async () => {
    const { start: begin } = await import(new URL("launcher.js", tag.src).href);
    const widget = await begin(tag);
    for (const name of calls) window.SupportWidget[name] = (...given) => widget[name](...given);
    for (const [name, given] of waiting.splice(0)) widget[name](...given);
  };
  const begin = () => start().catch((error) => console.warn("The chat widget could not start.", error));
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin, { once: true });
})();
