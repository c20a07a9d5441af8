import { expect, it } from "vitest";
import { commandIn } from "./advice";

it("finds the command of a sentence", () => {
  expect(commandIn("A build of one's own reads faster (`earthshine engine build vulkan`, minutes).")).toBe(
    "earthshine engine build vulkan",
  );
  expect(commandIn("The card `GTX` is full.")).toBeNull();
});
