/**
 * Keeps event handlers out of a page's parsers. A strict policy never runs one, and a sanitiser takes them away; but a
 * browser may report each that is parsed, in a document without a window, too, and a report should mean an attack.
 */

const HANDLER = /\b(on[a-z]+\s*)=/gi;

/** The same HTML, in which `onclick=` is no attribute: as text it is shown as before. */
export function stripEventHandlers(html: string): string {
  return html.replace(HANDLER, "$1&#61;");
}

/** From now on no script of this page can make an element with a handler in its markup. */
export function blockEventHandlers(): void {
  const { parseFromString } = DOMParser.prototype;
  DOMParser.prototype.parseFromString = function (text, type) {
    return parseFromString.call(this, type === "text/html" ? stripEventHandlers(String(text)) : text, type);
  };
  const inner = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
  if (inner?.set) {
    const { set } = inner;
    Object.defineProperty(Element.prototype, "innerHTML", {
      ...inner,
      set(this: Element, html: unknown) {
        set.call(this, stripEventHandlers(String(html ?? "")));
      },
    });
  }
  const { setAttribute } = Element.prototype;
  Element.prototype.setAttribute = function (name, value) {
    if (!/^on/i.test(name)) setAttribute.call(this, name, value);
  };
}
