export { EFFORTS } from "./efforts";
export {
  forgetPreferences,
  NO_SAMPLING,
  type Preferences,
  type PreferencesChange,
  type Sampling,
  usePreferences,
  usePreferencesState,
  useSavePreferences,
} from "./preferences";
export { SamplingFields } from "./SamplingFields";
export { useAppearance, useFollowPreferences } from "./use-appearance";
