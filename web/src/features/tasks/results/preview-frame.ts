/**
 * The page inside the frame in which HTML of an agent is shown. It has no origin, no cookie and no network (see its
 * Content-Security-Policy), and the inner frame has none of them either; scripts run there only when it was asked for.
 */

/** What the app says: the HTML, and whether its scripts may run. */
export interface PreviewRequest {
  type: "preview";
  html: string;
  scripts: boolean;
}

function isRequest(message: unknown): message is PreviewRequest {
  return typeof message === "object" && message !== null && (message as PreviewRequest).type === "preview";
}

window.addEventListener("message", ({ data, source }: MessageEvent<unknown>) => {
  if (source !== window.parent || !isRequest(data)) return;
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", data.scripts ? "allow-scripts" : "");
  frame.title = document.title;
  frame.style.cssText = "position:fixed;inset:0;width:100%;height:100%;border:0;background:#fff";
  frame.srcdoc = data.html;
  document.body.replaceChildren(frame);
});
// Its own origin cannot be named; the app checks which frame speaks.
window.parent.postMessage({ type: "ready" }, "*");
