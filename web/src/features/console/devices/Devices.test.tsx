import { render, screen, within } from "@testing-library/react";
import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { addCatalogue, startI18n } from "@/lib/i18n";
import { consoleCatalogue } from "../catalogue";
import Devices from "./Devices";
import type { Device, EngineBuild } from "./queries";

const GB = 1e9;

const now = vi.hoisted(() => ({
  devices: [] as unknown[],
  faults: [] as string[],
  builds: [] as unknown[],
  advice: "",
}));
vi.mock("./queries", () => ({
  useDevices: () => ({ data: { data: now.devices, faults: now.faults } }),
  useEngineBuilds: () => ({ data: { data: now.builds, advice: now.advice } }),
}));
vi.mock("../models/queries", () => ({
  useMachine: () => ({ data: { cpu: "Xeon", cores: 2, memory: 16 * GB } }),
  useEngines: () => ({
    data: {
      memory: 3 * GB,
      memory_budget: 12 * GB,
      data: [
        { model: "small", memory: 3 * GB },
        { model: "elsewhere", memory: 0 },
      ],
    },
  }),
}));

const CARD: Device = {
  object: "device",
  id: "CUDA0",
  name: "RTX 4090",
  maker: "nvidia",
  backend: "cuda",
  memory: 24 * GB,
  free: 15 * GB,
  budget: 20 * GB,
  reserved: 6 * GB,
  shared: false,
  models: [{ model: "qwen3-8b", memory: 6 * GB, layers: 37 }],
};

const WHEEL: EngineBuild = {
  object: "engine_build",
  name: "wheel",
  made_for: "any processor",
  version: "0.4.1",
  fault: "",
  serves: true,
  devices: [],
  figures: [{ model: "small", reads: 67.4, writes: 11 }],
  gain: null,
};

beforeAll(async () => {
  await startI18n();
  await addCatalogue(consoleCatalogue);
});
beforeEach(() => Object.assign(now, { devices: [], faults: [], builds: [WHEEL], advice: "" }));

const cards = () => within(screen.getByRole("list", { name: "Devices" }));

it("names the processor first, with the models that are loaded here", () => {
  now.devices = [CARD];
  render(<Devices />);
  const names = cards().getAllByRole("heading", { level: 2 });
  expect(names.map((each) => each.textContent)).toEqual(["Xeon", "RTX 4090"]);
  const models = screen.getByRole("list", { name: "Models on Xeon" });
  expect(models.textContent).toBe("small3\u00a0GB");
});

it("tells whose the memory of a card is, and how many layers lie on it", () => {
  now.devices = [CARD];
  render(<Devices />);
  for (const words of ["Models 6 GB", "Other programs 3 GB", "Free 15 GB", "Models may take 20 GB"])
    expect(cards().getByText(words)).toBeDefined();
  expect(screen.getByRole("list", { name: "Models on RTX 4090" }).textContent).toBe(
    "qwen3-8b37 layers · 6\u00a0GB",
  );
  expect(screen.queryByText(/No other device/)).toBeNull();
});

it("says so where there is no device, and where one could not be looked at", () => {
  now.faults = ["NVIDIA: nvidia-smi gave no answer"];
  render(<Devices />);
  expect(screen.getByText(/No other device was found/)).toBeDefined();
  expect(screen.getByRole("alert").textContent).toContain("nvidia-smi gave no answer");
});

it("shows each build with its figures, and what to run for a quicker one", () => {
  const broken = {
    ...WHEEL,
    name: "cuda",
    serves: false,
    fault: "It does not start.",
    figures: [],
    gain: 1.5,
  };
  now.builds = [WHEEL, broken];
  now.advice = "A build for this processor reads faster: `earthshine engine build`, some minutes.";
  render(<Devices />);
  const [, wheel, cuda] = screen.getAllByRole("row");
  expect(wheel?.textContent).toContain("reads 67, writes 11");
  expect(wheel?.textContent).toContain("Serves");
  expect(cuda?.textContent).toContain("It does not start.");
  expect(cuda?.textContent).toContain("1.5 times");
  expect(screen.getByLabelText("Command for the terminal").textContent).toBe("earthshine engine build");
});
