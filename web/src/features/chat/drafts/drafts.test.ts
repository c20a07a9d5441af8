import { beforeEach, describe, expect, it, vi } from "vitest";
import { chooseDraft, putBack, readDraft, writeDraft } from "./drafts";

const local = (text: string, at: number, saved = false) => ({ text, at, saved });
const server = (text: string, seconds: number | null) => ({ text, updatedAt: seconds });

describe("chooseDraft", () => {
  it("takes the only one there is", () => {
    expect(chooseDraft(null, null)).toBe("");
    expect(chooseDraft(null, server("s", 5))).toBe("s");
    expect(chooseDraft(local("l", 5), null)).toBe("l");
    expect(chooseDraft(local("l", 5), server("", null))).toBe("l");
  });

  it("takes the newer one", () => {
    expect(chooseDraft(local("l", 10_001), server("s", 10))).toBe("l");
    expect(chooseDraft(local("l", 9_000), server("s", 10))).toBe("s");
  });

  it("trusts the server with what it has had: it knows of other devices", () => {
    expect(chooseDraft(local("l", 99_000, true), server("s", 10))).toBe("s");
    expect(chooseDraft(local("l", 99_000, true), server("", 10))).toBe("");
  });

  it("keeps an emptied box empty", () => {
    expect(chooseDraft(local("", 11_000), server("old", 10))).toBe("");
  });
});

describe("the drafts of a device", () => {
  beforeEach(() => localStorage.clear());

  it("belong to one person and one place", () => {
    writeDraft("user_1", "chat_1", local("قمر 🌒", 1));
    expect(readDraft("user_1", "chat_1")).toEqual(local("قمر 🌒", 1));
    expect(readDraft("user_2", "chat_1")).toBeNull();
    expect(readDraft("user_1", "new")).toBeNull();
  });

  it("go when the server knows that there is nothing", () => {
    writeDraft("user_1", "chat_1", local("", 1, true));
    expect(localStorage.length).toBe(0);
  });

  it("do not stop anybody from writing on a full device", () => {
    const full = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    expect(() => writeDraft("user_1", "chat_1", local("x", 1))).not.toThrow();
    full.mockRestore();
  });

  it("that cannot be read are none", () => {
    localStorage.setItem("earthshine.draft.user_1.chat_1", "{");
    expect(readDraft("user_1", "chat_1")).toBeNull();
  });

  it("take a message back under what is being written, here or on another device", async () => {
    const content = { text: "not sent", attachments: [] };
    await putBack("user_1", "new", null, content);
    expect(readDraft("user_1", "new")?.text).toBe("not sent");
    await putBack("user_1", "new", server("older elsewhere", 5), content);
    expect(readDraft("user_1", "new")?.text).toBe("not sent\nnot sent");
    const later = Date.now() / 1000 + 60;
    await putBack("user_1", "new", server("newer elsewhere", later), content);
    expect(readDraft("user_1", "new")?.text).toBe("newer elsewhere\nnot sent");
  });
});
