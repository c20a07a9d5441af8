import { byFeature } from "./by-feature";

export default byFeature(
  import.meta.glob(["../../features/*/messages/zh.json", "!../../features/console/**"], {
    eager: true,
    import: "default",
  }),
);
