"""Notes whatever a page does beyond showing text: running, asking, leaving, opening, or standing outside its place."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, Frame, Page, Request

_WATCH = """
window.pwned = (...args) => window.noted("script ran: " + args.join(" "));
document.addEventListener("securitypolicyviolation", (event) =>
  window.noted("policy: " + event.violatedDirective + " " + event.blockedURI + " " + event.sourceFile));
"""

_STRANGE_PLACES = """() => {
  const wrong = [];
  const name = (element) => element.localName + "." + element.className + " " + element.textContent.slice(0, 40);
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) wrong.push("the page scrolls sideways: " + page.scrollWidth);
  if (Object.prototype.polluted) wrong.push("the prototype was changed");
  for (const root of document.querySelectorAll("[data-markdown]")) {
    const box = root.getBoundingClientRect();
    if (box.left < 0 || box.right > page.clientWidth + 1) wrong.push("outside the page: " + name(root));
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT, (element) =>
      element.localName === "math" ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    for (let seen = 0; walker.nextNode() && seen < 3000; seen++) {
      const element = walker.currentNode;
      const style = getComputedStyle(element);
      const place = style.position;
      const free = place === "fixed" || (place === "absolute" && element.localName !== "iframe");
      if (free) wrong.push(place + ": " + name(element));
      let clip = element.parentElement;
      while (clip !== root && getComputedStyle(clip).overflowX === "visible") clip = clip.parentElement;
      if (clip !== root) continue;
      const own = element.getBoundingClientRect();
      if (own.left < box.left - 9 || own.right > box.right + 9) wrong.push("beside its text: " + name(element));
    }
  }
  return wrong;
}"""


@dataclass
class Watch:
    """What was noted."""

    url: str
    """Where the site is; requests to other places are noted."""
    notes: list[str] = field(default_factory=list[str])

    async def start(self, context: BrowserContext) -> None:
        """Watch all pages of a profile that has none yet."""
        await context.expose_function("noted", lambda note: self.notes.append(str(note)))
        await context.add_init_script(_WATCH)

    def watch(self, page: Page) -> None:
        """Watch what cannot be seen from inside a page."""
        page.on("dialog", lambda dialog: self.notes.append(f"dialog: {dialog.message}"))
        page.on("popup", lambda popup: self.notes.append(f"window: {popup.url}"))
        page.on("download", lambda download: self.notes.append(f"download: {download.url}"))
        page.on("pageerror", lambda error: self.notes.append(f"script error: {error}"))
        page.on("request", self._request)
        page.on("framenavigated", self._navigated)

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.notes.append(f"request: {request.url[:200]}")

    def _navigated(self, frame: Frame) -> None:
        if not frame.url.startswith((f"{self.url}/s/", f"{self.url}/diagram.html")) and frame.url != "about:blank":
            self.notes.append(f"navigation: {frame.url[:200]}")

    async def look(self, page: Page) -> None:
        """Note what stands where it must not."""
        self.notes += await page.evaluate(_STRANGE_PLACES)
