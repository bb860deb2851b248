// The light formatting of a message: bold, italic, code, lists, and web addresses as links; everything else is text.
// core/formatting.py reads the same marks.

import { h, isWebAddress, outside } from "./dom.js";

const TAIL = /[.,;:!?)\]}،؛؟…]+$/;
const MARK = /(?<code>`[^`\n]+`)|(?<link>https?:\/\/[^\s<>"'«»]{3,2000})|\*\*(?<bold>(?! )[^*\n]*[^*\n ])\*\*(?![\p{L}\p{N}_*])|_(?<italic>(?! )[^_\n]*[^_\n ])_(?![\p{L}\p{N}_])/giu;
const BEFORE = { bold: /[\p{L}\p{N}_*]$/u, italic: /[\p{L}\p{N}_]$/u };
const ITEM = /^[-*•] +(?=[^ ])/;
const NUMBERED = /^([0-9]{1,3})[.)] +(?=[^ ])/;
const FENCE = /^```[a-z]{0,20} *$/;
const CLOSING = /^``` *$/;
const NAMES = { bold: "strong", italic: "em" };

/** A text's blocks, each `{kind, lines, numbers}` with the kinds text, list, numbers and code. */
export function blocks(text) {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const closing = lines.flatMap((line, at) => (CLOSING.test(line) ? [at] : []));
  const found = [];
  for (let place = 0, next = 0; place < lines.length; place++) {
    while (closing[next] <= place) next++;
    if (next < closing.length && FENCE.test(lines[place])) {
      found.push({ kind: "code", lines: lines.slice(place + 1, closing[next]), numbers: [] });
      place = closing[next];
    } else put(found, lines[place]);
  }
  return found;
}

function put(found, line) {
  const [item, numbered] = [line.match(ITEM), line.match(NUMBERED)];
  const kind = item ? "list" : numbered ? "numbers" : "text";
  if (found.at(-1)?.kind !== kind) found.push({ kind, lines: [], numbers: [] });
  found.at(-1).lines.push(line.slice((item ?? numbered)?.[0].length ?? 0));
  if (kind === "numbers") found.at(-1).numbers.push(Number(numbered[1]));
}

/** A text's pieces, each `[kind, text]` with the kinds text, bold, italic, code and link. */
export function spans(line) {
  const found = [];
  let end = 0;
  const mark = new RegExp(MARK);
  for (let match; (match = mark.exec(line)); ) {
    const [kind, inner] = Object.entries(match.groups).find(([, text]) => text !== undefined);
    if (BEFORE[kind]?.test(line.slice(Math.max(0, match.index - 2), match.index))) {
      mark.lastIndex = match.index + 1;
      continue;
    }
    const whole = kind === "link" ? inner.replace(TAIL, "") : match[0];
    found.push(["text", line.slice(end, match.index)], [kind, { code: inner.slice(1, -1), link: whole }[kind] ?? inner]);
    end = match.index + whole.length;
  }
  return [...found, ["text", line.slice(end)]].filter(([, text]) => text);
}

/** A message's text as elements. */
export function formatted(text) {
  return blocks(text).map(({ kind, lines, numbers }) => {
    if (kind === "code") return h("pre", { dir: "ltr" }, h("code", {}, lines.join("\n")));
    if (kind === "text") return inline(lines.join("\n"));
    const rows = lines.map((line, at) => h("li", { value: numbers[at] }, inline(line)));
    return h(kind === "list" ? "ul" : "ol", {}, rows);
  });
}

function inline(line) {
  return spans(line).map(([kind, text]) => {
    if (kind === "code") return h("code", { dir: "ltr" }, text);
    if (kind === "link") return isWebAddress(text) ? outside(text, text) : text;
    return NAMES[kind] ? h(NAMES[kind], {}, inline(text)) : text;
  });
}
