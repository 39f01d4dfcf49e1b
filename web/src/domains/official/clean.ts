/** What an article may contain. The server has sanitised it; this looks once more, on what comes in to be read and on what is pasted. */

/** Elements that stay, and what they become where they stay under another name. Everything else leaves what is inside it. */
const KEEP: Record<string, string> = {
  P: "p", BR: "br", H1: "h2", H2: "h2", H3: "h3", H4: "h3", B: "strong", STRONG: "strong", I: "em", EM: "em", U: "u", S: "s", DEL: "s",
  BLOCKQUOTE: "blockquote", UL: "ul", OL: "ol", LI: "li", HR: "hr", FIGURE: "figure", FIGCAPTION: "figcaption", IMG: "img", A: "a",
  TABLE: "table", TBODY: "tbody", THEAD: "thead", TR: "tr", TD: "td", TH: "th", PRE: "pre", CODE: "code", SUB: "sub", SUP: "sup",
  DIV: "div", SECTION: "div", ARTICLE: "div",
}; // prettier-ignore
/** Elements that go with everything inside them. */
const DROP = new Set(["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "EMBED", "SVG", "MATH", "NOSCRIPT", "TITLE", "HEAD", "FORM", "SELECT", "TEXTAREA"]);
const PICTURE = /^\/api\/media\/[\w-]+\/(thumb|full|original)$/;
const ALIGNED = new Set(["center", "end", "right", "justify"]);

/** Return only what an article may contain, as new nodes. */
export function clean(html: string): DocumentFragment {
  const into = document.createDocumentFragment();
  // parsed in a document of its own: nothing runs and nothing is fetched there
  walk(new DOMParser().parseFromString(html, "text/html").body, into);
  return into;
}

/** The same, as text to be stored. */
export function cleaned(html: string): string {
  const holder = document.createElement("div");
  holder.append(clean(html));
  return holder.innerHTML;
}

/** The words alone, for a digest. */
export const plain = (html: string): string => (clean(html).textContent ?? "").replace(/\s+/g, " ").trim();

function walk(from: Node, into: Node): void {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) into.appendChild(document.createTextNode(node.textContent ?? ""));
    if (node.nodeType !== Node.ELEMENT_NODE) continue;
    const element = node as HTMLElement;
    const name = element.tagName.toUpperCase();
    if (DROP.has(name)) continue;
    const kept = KEEP[name] && make(KEEP[name], element);
    if (kept) into.appendChild(kept);
    if (kept !== null) walk(element, kept || into);
  }
}

/** An element that stays, with the little that it may say of itself; undefined when only its inside stays, null when nothing does. */
function make(name: string, from: HTMLElement): HTMLElement | undefined | null {
  const element = document.createElement(name);
  if (name === "img") {
    const source = from.getAttribute("src") ?? "";
    if (!PICTURE.test(source)) return null;
    element.setAttribute("src", source);
    element.setAttribute("alt", from.getAttribute("alt") ?? "");
    for (const side of ["width", "height"]) {
      if (/^\d{1,5}$/.test(from.getAttribute(side) ?? "")) element.setAttribute(side, from.getAttribute(side) ?? "");
    }
    element.setAttribute("loading", "lazy");
  }
  if (name === "a") {
    const to = from.getAttribute("href") ?? "";
    if (!/^(https?:\/\/|\/(?!\/))/i.test(to)) return undefined;
    element.setAttribute("href", to);
  }
  const side = from.style.textAlign;
  if (ALIGNED.has(side)) element.style.textAlign = side === "right" ? "end" : side;
  return element;
}
