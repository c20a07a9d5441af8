import { useTranslation } from "react-i18next";
import { Badge } from "../../components/Badge";

/** What a role allows, in words. */
export function Permissions({ list }: { list: readonly string[] }) {
  const { t } = useTranslation("console");
  if (list.length === 0) return <span className="text-ink-faint">{t("roles_nothing")}</span>;
  return (
    <span className="inline-flex flex-wrap gap-1 max-md:justify-end">
      {list.map((each) => (
        <Badge key={each}>{t(`permission_${each.replace(".", "_")}`, { defaultValue: each })}</Badge>
      ))}
    </span>
  );
}

/** What a role is called: those that always exist in the reader's language. */
export function useRoleText(): (role: { name: string; predefined_role: boolean }) => string {
  const { t } = useTranslation("console");
  return ({ name, predefined_role: always }) => (always ? t(`role_${name}`, { defaultValue: name }) : name);
}
