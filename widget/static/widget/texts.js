// The widget's words: English stands in the code, the other language comes from the server's catalogue of scripts.

let catalogue = {};

/** Takes the catalogue of a language; English needs none. */
export function speak(texts) {
  catalogue = texts ?? {};
}

/** The text in the widget's language, with the values put in its named places. */
export function gettext(text, values) {
  const said = catalogue[text] || text;
  return values ? said.replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? String(values[name]) : whole)) : said;
}
