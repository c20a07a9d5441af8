import { useTranslation } from "react-i18next";
import { Link } from "wouter";

export function Sidebar() {
  const { t } = useTranslation("sidebar");
  return (
    <nav className="p-3">
      <Link href="/">{t("new_chat")}</Link>
    </nav>
  );
}
