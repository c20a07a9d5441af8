/** What a person has chosen, kept by the server, so that every device has it. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import { queryClient } from "@/lib/query-client";

/** How replies are made; null leaves it to the model. */
export type Sampling = Schemas["SamplingSettings"];

export type Preferences = Omit<Schemas["Preferences"], "object">;

export type PreferencesChange = Partial<Omit<Preferences, "settings" | "updated_at">> & {
  settings?: Partial<Sampling>;
};

export const NO_SAMPLING: Sampling = {
  temperature: null,
  top_p: null,
  max_output_tokens: null,
  reasoning_effort: null,
};

export const DEFAULTS: Preferences = {
  language: null,
  theme: "system",
  model: null,
  instructions: "",
  settings: NO_SAMPLING,
  memory_enabled: true,
  titles: "model",
  send_with: "enter",
  show_thinking: false,
  draft: "",
  onboarded: false,
  updated_at: null,
};

/** Puts a change over preferences; what it leaves out stays, also among the settings. */
export function withChange(before: Preferences, change: PreferencesChange): Preferences {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return { ...before, ...given, settings: { ...before.settings, ...change.settings } };
}

/** Only what the first paint needs is kept on the device: nothing that the person wrote. */
const KEPT = "earthshine.preferences";

function readKept(): Preferences {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null");
    return kept && typeof kept === "object" ? withChange(DEFAULTS, kept) : DEFAULTS;
  } catch {
    return DEFAULTS;
  }
}

function keep({ model, send_with, show_thinking }: Preferences): void {
  localStorage.setItem(KEPT, JSON.stringify({ model, send_with, show_thinking }));
}

/** Forgets on this device what the person chose; called at signing out. */
export function forgetPreferences(): void {
  localStorage.removeItem(KEPT);
}

const KEY = ["preferences"] as const;

/** The person's choices: at once what this device remembers, then what the server says. Never suspends. */
export function usePreferences(): Preferences {
  return usePreferencesState().preferences;
}

/** The same, and whether the server has said it yet. */
export function usePreferencesState(): { preferences: Preferences; fromServer: boolean } {
  const { data: chosen, isPlaceholderData } = useQuery<Preferences>({
    queryKey: KEY,
    queryFn: async ({ signal }) => {
      const told = await data(api.GET("/earthshine/v1/preferences", { signal }));
      keep(told);
      return withChange(DEFAULTS, told);
    },
    placeholderData: readKept,
    staleTime: 60_000,
  });
  return { preferences: chosen ?? DEFAULTS, fromServer: chosen !== undefined && !isPlaceholderData };
}

/** Saves some choices and leaves the others; seen at once, and taken back if the server refuses. */
export function useSavePreferences() {
  return useMutation({
    mutationKey: KEY,
    // One after another: an older choice never arrives after a newer one.
    scope: { id: "preferences" },
    mutationFn: (change: PreferencesChange) => data(api.POST("/earthshine/v1/preferences", { body: change })),
    onMutate: async (change) => {
      await queryClient.cancelQueries({ queryKey: KEY });
      const before = queryClient.getQueryData<Preferences>(KEY);
      queryClient.setQueryData<Preferences>(KEY, withChange(before ?? readKept(), change));
    },
    onError: () => queryClient.invalidateQueries({ queryKey: KEY }),
    onSuccess: (saved) => {
      // An earlier answer must not undo what was chosen meanwhile.
      if (queryClient.isMutating({ mutationKey: KEY }) > 1) return;
      keep(saved);
      queryClient.setQueryData(KEY, withChange(DEFAULTS, saved));
    },
  });
}
