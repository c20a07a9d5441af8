import { useTranslation } from "react-i18next";
import { TextField } from "@/components/field";

interface Props {
  icon: string;
  name: string;
  onChange: (change: { icon: string } | { name: string }) => void;
}

/** What an assistant or a space is called, and the small picture before it. */
export function IconAndName({ icon, name, onChange }: Props) {
  const { t } = useTranslation("library");
  return (
    <div className="grid grid-cols-[5rem_1fr] gap-3">
      <TextField
        label={t("icon")}
        value={icon}
        maxLength={40}
        autoComplete="off"
        className="text-center"
        onChange={(event) => onChange({ icon: event.target.value.trim() })}
      />
      <TextField
        label={t("name")}
        required
        maxLength={256}
        value={name}
        onChange={(event) => onChange({ name: event.target.value })}
      />
    </div>
  );
}
