import { Server as ServerIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Switch, TextField } from "@/components/field";
import { Failure } from "@/components/states";
import { asApiError } from "@/lib/errors/api-error";
import { type Place, usePrivateAddresses, useVendors, type Vendor } from "./queries";

interface Props {
  place: Place;
  onChange: (place: Place) => void;
  error: unknown;
}

/** Where the server is, and its key: cards fill in the usual addresses. */
export function AddressStep({ place, onChange, error }: Props) {
  const { t } = useTranslation("console");
  const { data: vendors } = useVendors();
  const chosen = vendors?.find((each) => each.base_url === place.base_url);
  const cards = (local: boolean) => (
    <Cards
      title={t(local ? "connect_programs" : "connect_vendors")}
      vendors={(vendors ?? []).filter((each) => each.local === local)}
      chosen={chosen?.id}
      onChoose={(vendor) => onChange({ ...place, base_url: vendor.base_url })}
    />
  );
  return (
    <>
      {cards(true)}
      {cards(false)}
      {error ? <Failure error={error} /> : null}
      <PrivateSwitch wanted={asApiErrorCode(error) === "upstream_address"} />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={t("connect_address")}
          hint={t("connect_address_hint")}
          dir="ltr"
          required
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          placeholder="http://localhost:11434"
          value={place.base_url}
          onChange={(event) => onChange({ ...place, base_url: event.target.value })}
        />
        <TextField
          label={t("connect_key")}
          hint={chosen ? t(chosen.key ? "connect_key_wanted" : "connect_key_none") : t("connect_key_hint")}
          dir="ltr"
          type="password"
          autoComplete="off"
          required={chosen?.key ?? false}
          value={place.api_key}
          onChange={(event) => onChange({ ...place, api_key: event.target.value })}
        />
      </div>
    </>
  );
}

function asApiErrorCode(error: unknown): string | null {
  return error ? asApiError(error).code : null;
}

interface CardsProps {
  title: string;
  vendors: readonly Vendor[];
  chosen: string | undefined;
  onChoose: (vendor: Vendor) => void;
}

function Cards({ title, vendors, chosen, onChoose }: CardsProps) {
  return (
    <fieldset>
      <legend className="pb-2 text-sm font-medium">{title}</legend>
      <div className="grid grid-cols-2 gap-2 sm:grid-cols-3 md:grid-cols-4">
        {vendors.map((vendor) => (
          <button
            key={vendor.id}
            type="button"
            aria-pressed={vendor.id === chosen}
            onClick={() => onChoose(vendor)}
            className="flex min-h-11 items-center gap-2 rounded-xl border border-line bg-surface px-3 py-2 text-start hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft"
          >
            <ServerIcon className="size-4 shrink-0 text-ink-faint" aria-hidden />
            <bdi className="min-w-0">{vendor.name}</bdi>
          </button>
        ))}
      </div>
    </fieldset>
  );
}

/** Allows servers on this machine and its network; shown while that is off, or was switched here. */
function PrivateSwitch({ wanted }: { wanted: boolean }) {
  const { t } = useTranslation("console");
  const { read, change } = usePrivateAddresses();
  const now = read.data;
  if (!now || (now.allowed && now.origin !== "console")) return null;
  if (now.origin === "settings")
    return wanted ? <p className="text-sm text-ink-soft">{t("private_settings")}</p> : null;
  return (
    <div className="rounded-xl border border-line p-4">
      <Switch
        label={t("private_label")}
        hint={t("private_hint")}
        checked={now.allowed}
        disabled={change.isPending}
        onChange={(allowed) => change.mutate(allowed)}
      />
      {change.error ? <Failure error={change.error} /> : null}
    </div>
  );
}
