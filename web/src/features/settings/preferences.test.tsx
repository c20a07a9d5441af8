import { QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { queryClient } from "@/lib/query-client";
import {
  DEFAULTS,
  forgetPreferences,
  type Preferences,
  usePreferences,
  useSavePreferences,
  withChange,
} from "./preferences";

describe("withChange", () => {
  it("leaves what is left out, also among the settings", () => {
    const before = {
      ...DEFAULTS,
      model: "small",
      settings: { ...DEFAULTS.settings, temperature: 0.2, top_p: 0.9 },
    };
    const after = withChange(before, { settings: { temperature: null }, send_with: "mod_enter" });
    expect(after).toEqual({
      ...before,
      send_with: "mod_enter",
      settings: { ...before.settings, temperature: null },
    });
  });

  it("takes null as a choice, and undefined as none", () => {
    const before = { ...DEFAULTS, model: "small" };
    expect(withChange(before, { model: undefined }).model).toBe("small");
    expect(withChange(before, { model: null }).model).toBeNull();
  });
});

/** A server that answers when it is told to. */
function fakeServer(stored: Preferences) {
  let now = stored;
  const held: (() => void)[] = [];
  const reply = (body: unknown, status = 200) =>
    new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  const server = {
    refuse: false,
    hold: false,
    posts: [] as unknown[],
    release: () => held.splice(0).forEach((go) => void go()),
  };
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "GET") return reply(now);
    const change = await request.json();
    server.posts.push(change);
    if (server.hold) await new Promise<void>((go) => held.push(go));
    if (server.refuse) return reply({ error: { message: "No." } }, 400);
    now = withChange(now, change);
    return reply(now);
  });
  return server;
}

const wrapper = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
);
const both = () =>
  renderHook(() => ({ preferences: usePreferences(), save: useSavePreferences() }), { wrapper });

describe("usePreferences", () => {
  beforeEach(() => {
    queryClient.clear();
    localStorage.clear();
  });

  it("has something at once, and the server's as soon as it is there", async () => {
    fakeServer({ ...DEFAULTS, send_with: "mod_enter", instructions: "Be brief." });
    const { result, unmount } = both();
    expect(result.current.preferences).toEqual(DEFAULTS);
    await waitFor(() => expect(result.current.preferences.send_with).toBe("mod_enter"));
    unmount();
    queryClient.clear();
    // The next start has it before the server answers; but nothing that the person wrote is kept on the device.
    expect(both().result.current.preferences.send_with).toBe("mod_enter");
    expect(JSON.stringify(localStorage)).not.toContain("Be brief.");
  });

  it("starts from the defaults when what the device kept is broken, or forgotten", () => {
    fakeServer(DEFAULTS);
    localStorage.setItem("earthshine.preferences", "{broken");
    expect(both().result.current.preferences).toEqual(DEFAULTS);
    localStorage.setItem("earthshine.preferences", '{"send_with":"mod_enter"}');
    forgetPreferences();
    queryClient.clear();
    expect(both().result.current.preferences).toEqual(DEFAULTS);
  });

  it("shows a choice before the server has it, and keeps two quick ones", async () => {
    const server = fakeServer(DEFAULTS);
    const { result } = both();
    await waitFor(() => expect(queryClient.getQueryData(["preferences"])).toBeDefined());
    server.hold = true;
    await act(async () => {
      result.current.save.mutate({ theme: "dark" });
      result.current.save.mutate({ settings: { temperature: 0.5 } });
    });
    await waitFor(() => expect(result.current.preferences.theme).toBe("dark"));
    server.hold = false;
    await act(async () => server.release());
    await waitFor(() =>
      expect(server.posts).toEqual([{ theme: "dark" }, { settings: { temperature: 0.5 } }]),
    );
    await waitFor(() => expect(result.current.save.isPending).toBe(false));
    expect(result.current.preferences.theme).toBe("dark");
    expect(result.current.preferences.settings.temperature).toBe(0.5);
  });

  it("takes a choice back that the server refuses", async () => {
    const server = fakeServer(DEFAULTS);
    const { result } = both();
    await waitFor(() => expect(queryClient.getQueryData(["preferences"])).toBeDefined());
    server.refuse = true;
    await act(async () => result.current.save.mutate({ theme: "dark" }));
    await waitFor(() => expect(result.current.save.isError).toBe(true));
    await waitFor(() => expect(result.current.preferences.theme).toBe("system"));
  });
});
