/** What a key press in the composer means. */
export interface KeyPress {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  /** Whether an input method is composing, as for Chinese; its keys belong to it. */
  isComposing: boolean;
  keyCode: number;
}

export interface ComposerState {
  sendKey: "enter" | "mod_enter";
  running: boolean;
  empty: boolean;
  /** Phones have a button to send, and need Enter for new lines. */
  touch: boolean;
}

export type ComposerAction = "send" | "steer" | "edit_last";

/** Some browsers end a composition just before they tell of its last key, which has this code. */
export const COMPOSING = 229;

export function composerAction(press: KeyPress, state: ComposerState): ComposerAction | null {
  if (press.isComposing || press.keyCode === COMPOSING) return null;
  const mod = press.ctrlKey || press.metaKey;
  if (press.key === "ArrowUp" && state.empty && !mod && !press.shiftKey && !press.altKey) return "edit_last";
  if (press.key !== "Enter" || press.altKey) return null;
  if (state.sendKey === "mod_enter") {
    if (!mod) return null;
    return state.running && press.shiftKey ? "steer" : "send";
  }
  if (press.shiftKey) return null;
  if (mod) return state.running ? "steer" : "send";
  return state.touch ? null : "send";
}
