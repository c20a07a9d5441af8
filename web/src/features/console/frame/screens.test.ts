import { describe, expect, it } from "vitest";
import { accessOf } from "../access";
import { isHere } from "./Navigation";
import { offeredScreens, SCREENS } from "./screens";

const offered = (...permissions: string[]) =>
  offeredScreens(accessOf(permissions).can).flatMap((group) => group.screens.map((screen) => screen.id));

describe("what somebody is offered", () => {
  it("is little for somebody who only reads a project", () => {
    expect(offered("project.read")).toEqual([
      "overview",
      "log",
      "usage",
      "limits",
      "models",
      "policies",
      "health",
    ]);
  });

  it("has no keys and no people for a member", () => {
    const screens = offered("project.read", "project.write");
    expect(screens).toContain("playground");
    expect(screens).not.toContain("keys");
    expect(screens).not.toContain("people");
  });

  it("has deployments only for who runs the installation", () => {
    const owner = [
      "project.read",
      "project.write",
      "project.manage",
      "organization.read",
      "organization.manage",
    ];
    expect(offered(...owner)).not.toContain("deployments");
    expect(offered(...owner, "installation.manage")).toHaveLength(
      SCREENS.flatMap((each) => each.screens).length,
    );
  });
});

describe("isHere", () => {
  it("knows a screen by its address and those below it", () => {
    expect(isHere("/console", "/console")).toBe(true);
    expect(isHere("/console", "/console/log")).toBe(false);
    expect(isHere("/console/log", "/console/log/resp_1")).toBe(true);
    expect(isHere("/console/people/users", "/console/people/roles")).toBe(true);
    expect(isHere("/console/log", "/console/logs")).toBe(false);
  });
});
