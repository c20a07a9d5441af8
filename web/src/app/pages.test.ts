/** The palette finds every page, though it knows them without loading their code. */
import { expect, it } from "vitest";
import { SCREENS } from "@/features/console/frame/screens";
import { CONSOLE_PAGES, SETTINGS_PAGES } from "@/features/palette/pages";
import { TABS } from "@/features/settings/Settings";

it("has the console's screens, each for those who may see it", () => {
  const palette = CONSOLE_PAGES.map(({ path, needs = null }) => ({ path, needs }));
  for (const { path, needs } of SCREENS.flatMap((group) => group.screens))
    expect(palette).toContainEqual({ path, needs });
});

it("has the subjects of the settings", () => {
  expect(SETTINGS_PAGES.map((page) => page.path)).toEqual(Object.keys(TABS).map((tab) => `/settings/${tab}`));
});
