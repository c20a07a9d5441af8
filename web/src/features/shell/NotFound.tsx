import { Compass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Empty } from "@/components/states";

/** Says that there is nothing here for this person, and leads on. */
export function NotFound() {
  const { t } = useTranslation("shell");
  return (
    <Empty
      icon={<Compass />}
      title={t("not_found_title")}
      text={t("not_found_text")}
      action={
        <Link href="/" className="text-accent underline">
          {t("to_chat")}
        </Link>
      }
    />
  );
}
