export {
  forgetPreferences,
  type Preferences,
  type PreferencesChange,
  type Sampling,
  usePreferences,
  usePreferencesState,
  useSavePreferences,
} from "./preferences";
export { useAppearance, useFollowPreferences } from "./use-appearance";
