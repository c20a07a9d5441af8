import { describe, expect, it } from "vitest";
import { type ComposerState, composerAction, type KeyPress } from "./keys";

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  ...{ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, keyCode: 0 },
  ...more,
});
const state = (more: Partial<ComposerState> = {}): ComposerState => ({
  ...{ sendKey: "enter" as const, running: false, empty: false, touch: false },
  ...more,
});

describe("composerAction", () => {
  it("sends by Enter, and makes new lines by Shift+Enter", () => {
    expect(composerAction(press("Enter"), state())).toBe("send");
    expect(composerAction(press("Enter", { shiftKey: true }), state())).toBeNull();
    expect(composerAction(press("Enter", { altKey: true }), state())).toBeNull();
  });

  it("leaves keys to an input method that is composing", () => {
    expect(composerAction(press("Enter", { isComposing: true }), state())).toBeNull();
    expect(composerAction(press("Enter", { keyCode: 229 }), state())).toBeNull();
    expect(composerAction(press("ArrowUp", { isComposing: true }), state({ empty: true }))).toBeNull();
  });

  it("queues or steers while a reply runs", () => {
    const running = state({ running: true });
    expect(composerAction(press("Enter"), running)).toBe("send");
    expect(composerAction(press("Enter", { ctrlKey: true }), running)).toBe("steer");
    expect(composerAction(press("Enter", { metaKey: true }), running)).toBe("steer");
    expect(composerAction(press("Enter", { metaKey: true }), state())).toBe("send");
  });

  it("sends by Mod+Enter for those who chose so", () => {
    const chosen = state({ sendKey: "mod_enter" });
    expect(composerAction(press("Enter"), chosen)).toBeNull();
    expect(composerAction(press("Enter", { ctrlKey: true }), chosen)).toBe("send");
    const steer = press("Enter", { ctrlKey: true, shiftKey: true });
    expect(composerAction(steer, { ...chosen, running: true })).toBe("steer");
    expect(composerAction(press("Enter", { ctrlKey: true }), { ...chosen, running: true })).toBe("send");
  });

  it("makes new lines by Enter on a phone", () => {
    expect(composerAction(press("Enter"), state({ touch: true }))).toBeNull();
  });

  it("goes to the last message by the arrow, only in an empty box", () => {
    expect(composerAction(press("ArrowUp"), state({ empty: true }))).toBe("edit_last");
    expect(composerAction(press("ArrowUp"), state())).toBeNull();
  });

  it("lets everything else be written", () => {
    for (const key of ["a", "م", "月", "Escape", "Tab", "ArrowDown"])
      expect(composerAction(press(key), state({ empty: true }))).toBeNull();
  });
});
