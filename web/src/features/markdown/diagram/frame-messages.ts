/** What the page and the frame that draws diagrams say to each other. */

/** The page's colours, by role. */
export interface DiagramColours {
  dark: boolean;
  ground: string;
  surface: string;
  sunken: string;
  line: string;
  ink: string;
  accentSoft: string;
  font: string;
}

/** To the frame. */
export interface DrawRequest {
  type: "draw";
  /** Comes back with the answer. */
  turn: number;
  source: string;
  /** 1: at its own size, and no wider than the room. More: as wide as the room, which has grown. */
  width: number;
  colours: DiagramColours;
}

/** From the frame; sizes in CSS pixels. */
export type FrameMessage =
  | { type: "ready" }
  | { type: "drawn"; turn: number; width: number; height: number }
  | { type: "wrong"; turn: number; reason: string };

/** Reads a message that may come from anybody. */
export function readFrameMessage(data: unknown): FrameMessage | null {
  if (typeof data !== "object" || data === null) return null;
  const message = data as Record<string, unknown>;
  if (message.type === "ready") return { type: "ready" };
  const { turn, width, height, reason } = message;
  if (typeof turn !== "number") return null;
  if (message.type === "drawn" && isLength(width) && isLength(height))
    return { type: "drawn", turn, width, height };
  if (message.type === "wrong" && typeof reason === "string") {
    return { type: "wrong", turn, reason: reason.slice(0, 300) };
  }
  return null;
}

function isLength(value: unknown): value is number {
  return typeof value === "number" && value > 0 && value < 100_000;
}
