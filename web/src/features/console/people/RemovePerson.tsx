import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Button } from "@/components/button";
import { Confirm, Dialog } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import type { Schemas } from "@/lib/api";
import { errorText } from "@/lib/errors/texts";
import { Id } from "../components/Id";
import { usePeopleChanges } from "./changes";
import { type User, useServiceAccounts } from "./queries";

interface Props {
  person: User;
  onClose: () => void;
}

/** Says what ends and what is erased, asks, and tells afterwards what goes on that the person made. */
export function RemovePerson({ person, onClose }: Props) {
  const { t } = useTranslation("console");
  const { removeUser } = usePeopleChanges();
  const name = person.name || person.email;
  const done = removeUser.data?.earthshine;
  if (done && hasRemainingAccess(done))
    return <RemainingAccess name={name} removal={done} onClose={onClose} />;
  return (
    <Confirm
      title={t("people_remove", { name })}
      text={t("people_remove_text")}
      action={t("people_remove_action")}
      busy={removeUser.isPending}
      onClose={onClose}
      onConfirm={() =>
        removeUser.mutate(person.id, {
          onSuccess: ({ earthshine }) => {
            if (hasRemainingAccess(earthshine)) return;
            toast(t(earthshine.erased ? "people_removed" : "people_removed_erasing", { name }));
            onClose();
          },
          onError: (error) => {
            toast(errorText(error), { kind: "error" });
            onClose();
          },
        })
      }
    />
  );
}

function hasRemainingAccess({ service_accounts: accounts, api_keys: keys }: Schemas["Removal"]): boolean {
  return accounts.length + keys.length > 0;
}

function RemainingAccess({
  name,
  removal,
  onClose,
}: {
  name: string;
  removal: Schemas["Removal"];
  onClose: () => void;
}) {
  const { t } = useTranslation("console");
  const accounts = useServiceAccounts();
  const nameOf = (id: string) => accounts.data?.find((each) => each.id === id)?.name;
  const kinds = [
    { label: t("people_service_accounts"), ids: removal.service_accounts },
    { label: t("people_api_keys"), ids: removal.api_keys },
  ].filter(({ ids }) => ids.length > 0);
  return (
    <Dialog
      title={t("people_goes_on", { name })}
      onClose={onClose}
      actions={<Button onClick={onClose}>{t("done")}</Button>}
    >
      <div className="flex flex-col gap-4">
        <p>{t(removal.erased ? "people_removed" : "people_removed_erasing", { name })}</p>
        <p>
          {t("people_goes_on_text")}{" "}
          <Link href="/console/keys" className="text-accent underline underline-offset-2" onClick={onClose}>
            {t("people_goes_on_keys")}
          </Link>
        </p>
        {kinds.map(({ label, ids }) => (
          <section key={label}>
            <h3 className="font-medium">{label}</h3>
            <ul>
              {ids.map((id) => (
                <li key={id} className="flex flex-wrap items-center gap-x-3">
                  {nameOf(id) ? <bdi>{nameOf(id)}</bdi> : null}
                  <Id id={id} whole />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
