import { UserMinus, UserPlus, UsersRound } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { TextField } from "@/components/field";
import { toast } from "@/components/overlays/toast";
import { Empty } from "@/components/states";
import { ranked } from "@/features/palette";
import type { Schemas } from "@/lib/api";
import { errorText } from "@/lib/errors/texts";
import { DataTable } from "../../components/DataTable";
import { Loaded } from "../../components/Loaded";
import { Section } from "../../components/Page";
import { PersonName } from "../person/PersonName";
import { useUsers } from "../queries";
import type { Group } from "./given";
import { useGroupChanges, useGroupUsers } from "./queries";

type GroupUser = Pick<Schemas["GroupUser"], "id" | "name" | "email">;

/** How many of those who fit are offered. */
const MOST = 8;

const say = (error: unknown) => toast(errorText(error), { kind: "error" });
const nameOf = (person: { name: string; email: string }) => person.name || person.email;

/** Who is in a group. */
export function GroupMembers({ group, change }: { group: Group; change: boolean }) {
  const { t } = useTranslation("console");
  const members = useGroupUsers(group.id);
  const { removeUser } = useGroupChanges();
  return (
    <Section title={t("people_users")}>
      <Loaded query={members}>
        {(list) => (
          <>
            {change ? <AddPerson group={group} members={list} /> : null}
            <DataTable
              caption={t("people_users")}
              rows={list}
              rowKey={(person) => person.id}
              empty={<Empty icon={<UsersRound />} title={t("groups_nobody")} />}
              columns={[
                { id: "name", label: t("name"), cell: (person) => <PersonName person={person} /> },
                ...(change
                  ? [
                      {
                        id: "actions",
                        label: t("actions"),
                        actions: true,
                        cell: (person: GroupUser) => (
                          <IconButton
                            label={t("groups_remove", { name: nameOf(person) })}
                            disabled={removeUser.isPending}
                            onClick={() =>
                              removeUser.mutate({ id: group.id, user: person.id }, { onError: say })
                            }
                          >
                            <UserMinus />
                          </IconButton>
                        ),
                      },
                    ]
                  : []),
              ]}
            />
          </>
        )}
      </Loaded>
    </Section>
  );
}

/** Finds somebody of the organisation by name or address, and puts them into the group. */
function AddPerson({ group, members }: { group: Group; members: readonly GroupUser[] }) {
  const { t } = useTranslation("console");
  const users = useUsers();
  const { addUser } = useGroupChanges();
  const [typed, setTyped] = useState("");
  const field = useId();
  const inside = new Set(members.map((person) => person.id));
  const others = (users.data ?? []).filter((person) => !inside.has(person.id));
  const fitting = typed.trim() ? ranked(typed, others, (person) => `${person.name} ${person.email}`) : [];

  function add(user: string) {
    addUser.mutate(
      { id: group.id, user },
      {
        onError: say,
        onSuccess: () => {
          setTyped("");
          // The button that had the focus is gone; the next person is looked for here.
          document.getElementById(field)?.querySelector("input")?.focus();
        },
      },
    );
  }

  return (
    <search id={field} className="flex w-96 max-w-full flex-col gap-2">
      <TextField
        label={t("groups_add_search")}
        type="search"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <p role="status" className="text-sm text-ink-soft empty:hidden">
        {typed.trim() && users.isSuccess && fitting.length === 0 ? t("groups_nobody_fits") : null}
        {fitting.length > MOST ? t("groups_more_fit") : null}
      </p>
      <ul aria-label={t("groups_fitting")} className="flex flex-col gap-1 empty:hidden">
        {fitting.slice(0, MOST).map((person) => (
          <li
            key={person.id}
            className="flex items-center gap-2 rounded-xl border border-line bg-surface px-3 py-2"
          >
            <span className="min-w-0 flex-1">
              <PersonName person={person} />
            </span>
            <Button
              size="small"
              aria-label={t("groups_add", { name: nameOf(person) })}
              disabled={addUser.isPending}
              onClick={() => add(person.id)}
            >
              <UserPlus className="size-4" aria-hidden />
              {t("members_add")}
            </Button>
          </li>
        ))}
      </ul>
    </search>
  );
}
