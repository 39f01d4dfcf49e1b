// The address bar is the state: a page is a path, back is the browser's back.
class Place {
  path = $state(location.pathname);
  search = $state.raw(new URLSearchParams(location.search));
  /** How many pages of ours are behind this one: back stays inside the client, whoever opened it by a link. */
  depth = $state(Number((history.state as { depth?: number } | null)?.depth ?? 0));
}
export const place = new Place();

function read(): void {
  place.path = location.pathname;
  place.search = new URLSearchParams(location.search);
  place.depth = Number((history.state as { depth?: number } | null)?.depth ?? 0);
}

/** Pages that the server draws by itself. */
const DRAWN = /^\/(mp|connect)\//;

/** Go to a page of ours. `replace` forgets the page we are on. */
export function go(to: string, replace = false): void {
  if (DRAWN.test(to)) return replace ? location.replace(to) : location.assign(to);
  if (to === location.pathname + location.search) return;
  if (replace) history.replaceState({ depth: place.depth }, "", to);
  else history.pushState({ depth: place.depth + 1 }, "", to);
  read();
  scrollTo(0, 0); // what is before the door scrolls as a whole
}

/** Back to the page before, or to `otherwise` when we were opened here. */
export function back(otherwise = "/"): void {
  if (place.depth > 0) history.back();
  else go(otherwise, true);
}

function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest?.("a");
  const href = link?.getAttribute("href");
  if (!link || !href?.startsWith("/") || href.startsWith("/api/") || DRAWN.test(href) || link.target || link.hasAttribute("download")) return;
  event.preventDefault();
  go(href, link.dataset.replace !== undefined);
}

/** Follow back, forward and links to our own pages. */
export function startRouter(): void {
  addEventListener("popstate", read);
  document.addEventListener("click", followLink);
}

/** What a pattern such as `/chat/:id` finds in a path, or null. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const want = pattern.split("/");
  const have = path.replace(/(.)\/$/, "$1").split("/");
  if (want.length !== have.length) return null;
  const found: Record<string, string> = {};
  for (const [i, part] of want.entries()) {
    const value = have[i] ?? "";
    if (part.startsWith(":")) found[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return null;
  }
  return found;
}
