import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { chatsIn } from "./import-archive";

/** A zip archive with these files, as programs write them. */
function zip(files: Record<string, string>, method: number): Blob {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const bytes = Buffer.from(name);
    const data = method === 8 ? deflateRawSync(Buffer.from(text)) : Buffer.from(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(bytes.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt16LE(bytes.length, 28);
    entry.writeUInt32LE(at, 42);
    parts.push(local, bytes, data);
    directory.push(entry, bytes);
    at += 30 + bytes.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return new Blob([new Uint8Array(Buffer.concat([...parts, ...directory, end]))]);
}

describe("chatsIn", () => {
  it("leaves a file that is no archive as it is", async () => {
    const file = new Blob(['[{"title":"قمر"}]']);
    expect(await chatsIn(file)).toBe(file);
    const empty = new Blob([]);
    expect(await chatsIn(empty)).toBe(empty);
  });

  it.each([0, 8])("takes conversations.json out of an archive, packed by method %i", async (method) => {
    const chats = JSON.stringify(Array.from({ length: 50 }, (_, i) => ({ title: `قمر ${i}` })));
    const file = zip({ "user.json": "{}", "export/conversations.json": chats }, method);
    expect(await (await chatsIn(file)).text()).toBe(`${chats}\n`);
  });

  it("takes all of ChatGPT's numbered files, in their order, and nothing that is about chats", async () => {
    const file = zip(
      {
        "conversations-001.json": '[{"title":"b"}]',
        "__MACOSX/conversations-000.json": "no",
        "shared_conversations.json": "[{}]",
        "conversations-000.json": '[{"title":"a"}]',
        "chat.html": "x",
      },
      8,
    );
    expect(await (await chatsIn(file)).text()).toBe('[{"title":"a"}]\n[{"title":"b"}]\n');
  });

  it("takes other programs' JSON files where there are none of ChatGPT's", async () => {
    const file = zip({ "chat-export-1.json": "[1]", "chats.jsonl": "{}", "read.me": "x" }, 8);
    expect(await (await chatsIn(file)).text()).toBe("[1]\n{}\n");
  });

  it("says what is wrong with an archive", async () => {
    await expect(chatsIn(zip({ "chat.html": "x" }, 8))).rejects.toThrow("no chats");
    const whole = zip({ "conversations.json": "[]" }, 0);
    await expect(chatsIn(whole.slice(0, whole.size - 22))).rejects.toThrow("cut off");
    const spoilt = new Uint8Array(await zip({ "conversations.json": "[]" }, 8).arrayBuffer());
    spoilt.fill(255, 48, 52);
    await expect(chatsIn(new Blob([spoilt]))).rejects.toThrow("damaged");
    await expect(chatsIn(zip({ "conversations.json": "[]" }, 99))).rejects.toThrow("Unpack it first");
  });
});
