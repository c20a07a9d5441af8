import { QueryClientProvider } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import type { PropsWithChildren } from "react";
import { beforeAll, expect, it, vi } from "vitest";
import { allCommands } from "@/lib/commands";
import { startI18n } from "@/lib/i18n";
import { queryClient } from "@/lib/query-client";
import { useModelCommands } from "./use-model-commands";

const model = (id: string, abilities: string[], alias_of: string | null = null) => ({
  id,
  earthshine: { alias_of, abilities },
});
const MODELS = [
  model("small", ["chat"]),
  model("large", ["chat"]),
  model("vectors", ["embedding"]),
  model("default", ["chat"], "small"),
  model("default-embedding", ["embedding"], "vectors"),
];

const wrapper = ({ children }: PropsWithChildren) => (
  <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
);

beforeAll(async () => void (await startI18n()));

it("offers the models that chat, but for the chosen one, and a list of all", async () => {
  vi.stubGlobal("fetch", async () => Response.json({ data: MODELS }));
  const choose = vi.fn();
  const list = vi.fn();
  const { unmount } = renderHook(() => useModelCommands("small", choose, list), { wrapper });
  await waitFor(() => expect(allCommands()).toHaveLength(3));
  const [first, ...models] = allCommands();
  expect([first?.label, first?.sought]).toEqual(["Switch the model", undefined]);
  first?.run();
  expect(list).toHaveBeenCalledOnce();
  expect(models.map((each) => [each.label, each.section, each.sought])).toEqual([
    ["large", "Switch the model", true],
    ["Default model", "Switch the model", true],
  ]);
  models[0]?.run();
  expect(choose).toHaveBeenCalledWith("large");
  unmount();
  expect(allCommands()).toEqual([]);
});
