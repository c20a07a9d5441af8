import { byFeature } from "./by-feature";

export default byFeature(
  import.meta.glob(
    [
      "../../features/*/messages/ar.json",
      "!../../features/console/**",
      "!../../features/tasks/**",
      "!../../features/research/**",
    ],
    { eager: true, import: "default" },
  ),
);
