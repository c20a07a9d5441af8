import { useTranslation } from "react-i18next";
import { Select } from "@/components/field";
import { ROLES, type Role } from "./queries";

/** One of the four roles. An own role that somebody has is shown, too. */
export function RoleSelect({
  label,
  hidden,
  value,
  roles = ROLES,
  disabled,
  onChange,
}: {
  label: string;
  hidden?: boolean;
  value: string;
  roles?: readonly Role[];
  disabled?: boolean;
  onChange: (role: Role) => void;
}) {
  const { t } = useTranslation("console");
  // OpenAI's word for ours.
  const ours = value === "reader" ? "viewer" : value;
  return (
    <Select
      label={label}
      hidden={hidden}
      value={ours}
      disabled={disabled}
      onChange={(event) => onChange(event.target.value as Role)}
    >
      {roles.includes(ours as Role) ? null : <option value={ours}>{ours}</option>}
      {roles.map((role) => (
        <option key={role} value={role}>
          {t(`role_${role}`)}
        </option>
      ))}
    </Select>
  );
}
