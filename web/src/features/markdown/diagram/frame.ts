/**
 * The page inside the frame in which diagrams are drawn. It has no origin, no cookie and no network (see its
 * Content-Security-Policy), so what a diagram could do here it could do to nobody.
 */
import mermaid, { type MermaidConfig } from "mermaid";
import { blockEventHandlers } from "./event-handlers";
import type { DiagramColours, DrawRequest, FrameMessage } from "./frame-messages";

/** What directives inside a diagram must not change: everything that we set, and what takes CSS or HTML. */
const OURS = [
  "secure",
  "securityLevel",
  "startOnLoad",
  "maxTextSize",
  "maxEdges",
  "suppressErrorRendering",
  "dompurifyConfig",
  "htmlLabels",
  "flowchart",
  "theme",
  "themeCSS",
  "themeVariables",
  "fontFamily",
  "altFontFamily",
  "darkMode",
  "deterministicIds",
  "deterministicIDSeed",
  "legacyMathML",
  "forceLegacyMathML",
];

const configFor = (colours: DiagramColours): MermaidConfig => ({
  startOnLoad: false,
  securityLevel: "strict",
  suppressErrorRendering: true,
  maxTextSize: 20_000,
  maxEdges: 400,
  htmlLabels: false,
  flowchart: { htmlLabels: false, useMaxWidth: true },
  secure: OURS,
  theme: "base",
  darkMode: colours.dark,
  fontFamily: colours.font,
  themeVariables: {
    darkMode: colours.dark,
    fontFamily: colours.font,
    background: colours.surface,
    primaryColor: colours.accentSoft,
    primaryTextColor: colours.ink,
    primaryBorderColor: colours.line,
    secondaryColor: colours.sunken,
    tertiaryColor: colours.ground,
    lineColor: colours.ink,
    textColor: colours.ink,
    titleColor: colours.ink,
    mainBkg: colours.accentSoft,
    noteBkgColor: colours.sunken,
    noteTextColor: colours.ink,
    edgeLabelBackground: colours.surface,
  },
});

/** Shapes that are pictures from elsewhere; the frame could not load them, and the library would wait for ever. */
const PICTURE = /@\{[^}]*\bimg\b/;

const box = document.querySelector("#diagram");
/** Where the library measures what it draws: laid out, but never seen beside the diagram that is shown. */
const bench = document.querySelector<HTMLElement>("#drawing") ?? undefined;
let drawing: Promise<void> = Promise.resolve();

function post(message: FrameMessage): void {
  // The page above is the only one that may frame this one; its origin is not known here.
  window.parent.postMessage(message, "*");
}

async function draw({ turn, source, width: times, colours }: DrawRequest): Promise<void> {
  try {
    if (PICTURE.test(source)) throw new Error("pictures from other places are not loaded");
    document.documentElement.style.colorScheme = colours.dark ? "dark" : "light";
    mermaid.initialize(configFor(colours));
    const { svg } = await mermaid.render(`diagram-${turn}`, source, bench);
    const drawn = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
    if (!drawn || !box) throw new Error("nothing was drawn");
    for (const link of drawn.querySelectorAll("a")) link.replaceWith(...link.childNodes);
    box.replaceChildren(document.adoptNode(drawn));
    // Diagrams keep their own size where there is more room; the style is set, as the policy takes no attribute of it.
    if (times > 1) drawn.style.maxWidth = "none";
    const { width, height } = drawn.getBoundingClientRect();
    post({
      type: "drawn",
      turn,
      width: Math.max(1, Math.ceil(width)),
      height: Math.max(1, Math.ceil(height)),
    });
  } catch (error) {
    post({ type: "wrong", turn, reason: error instanceof Error ? error.message : String(error) });
  }
}

window.addEventListener("message", (event: MessageEvent<unknown>) => {
  const message = event.data as DrawRequest | null;
  if (event.source !== window.parent || message?.type !== "draw") return;
  // One after the other: the library keeps its settings in one place.
  drawing = drawing.then(() => draw(message));
});

blockEventHandlers();
document.body.style.margin = "0";
document.body.style.background = "transparent";
if (bench) {
  bench.style.position = "absolute";
  bench.style.insetInline = "0";
  bench.style.visibility = "hidden";
  bench.style.height = "0";
  bench.style.overflow = "hidden";
}
post({ type: "ready" });
