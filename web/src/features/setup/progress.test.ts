import { describe, expect, it } from "vitest";
import { beginning } from "./progress";

describe("beginning", () => {
  it("goes on where it was, and takes the key of the address", () => {
    const kept = JSON.stringify({ step: "person", name: "Amal", email: "a@example.org", key: "sk-old" });
    expect(beginning(kept, "")).toMatchObject({ step: "person", name: "Amal", key: "sk-old" });
    expect(beginning(kept, "#sk-new")).toMatchObject({ step: "person", key: "sk-new" });
  });

  it("begins anew where nothing sensible was kept", () => {
    for (const kept of [null, "", "{", '{"step":"nowhere"}'])
      expect(beginning(kept, "").step).toBe("language");
  });
});
