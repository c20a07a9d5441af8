import { UserMinus, UserPlus, Users as UsersIcon } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { TextField } from "@/components/field";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { EmptyWithExample } from "../components/code/EmptyWithExample";
import { DataTable } from "../components/DataTable";
import { Loaded } from "../components/Loaded";
import { Section } from "../components/Page";
import { When } from "../components/When";
import { useProject, useProjectName } from "../frame/project";
import { usePeopleChanges } from "./changes";
import { ProjectGroups } from "./groups/ProjectGroups";
import { type Member, type Role, useMembers } from "./queries";
import { RoleSelect } from "./RoleSelect";

/** Who works in the project. */
export function Members() {
  const { t } = useTranslation("console");
  const project = useProject();
  const name = useProjectName();
  const members = useMembers(project);
  const { addMember, updateMember, removeMember } = usePeopleChanges();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("member");
  const [removing, setRemoving] = useState<Member | null>(null);
  const onError = (error: unknown) => toast(errorText(error), { kind: "error" });

  function add(event: FormEvent) {
    event.preventDefault();
    const body = { email: email.trim(), role };
    addMember.mutate({ id: project, body }, { onError, onSuccess: () => setEmail("") });
  }

  return (
    <>
      <Section title={t("members_of", { project: name(project) })}>
        <form onSubmit={add} className="flex flex-wrap items-end gap-3">
          <div className="w-64 max-w-full">
            <TextField
              label={t("email")}
              type="email"
              required
              dir="ltr"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          </div>
          <div className="w-40">
            <RoleSelect label={t("role")} value={role} onChange={setRole} />
          </div>
          <Button type="submit" busy={addMember.isPending}>
            <UserPlus className="size-4" aria-hidden />
            {t("members_add")}
          </Button>
        </form>
        <Loaded query={members}>
          {(list) => (
            <DataTable
              caption={t("people_members")}
              rows={list}
              rowKey={(member) => member.id}
              empty={
                <EmptyWithExample
                  icon={<UsersIcon />}
                  title={t("members_empty")}
                  text={t("members_empty_text")}
                />
              }
              columns={[
                {
                  id: "name",
                  label: t("name"),
                  cell: (member) => (
                    <span className="flex flex-col">
                      <bdi className="font-medium">{member.name || member.email}</bdi>
                      <bdi className="text-sm text-ink-faint">{member.email}</bdi>
                    </span>
                  ),
                },
                {
                  id: "role",
                  label: t("role"),
                  cell: (member) => (
                    <RoleSelect
                      label={t("people_role_of", { name: member.name || member.email })}
                      hidden
                      value={member.role}
                      onChange={(next) =>
                        updateMember.mutate({ id: project, member: member.id, role: next }, { onError })
                      }
                    />
                  ),
                },
                {
                  id: "since",
                  label: t("people_since"),
                  cell: (member) => <When seconds={member.added_at} />,
                },
                {
                  id: "actions",
                  label: t("actions"),
                  actions: true,
                  cell: (member) => (
                    <IconButton
                      label={t("members_remove", { name: member.name || member.email })}
                      onClick={() => setRemoving(member)}
                    >
                      <UserMinus />
                    </IconButton>
                  ),
                },
              ]}
            />
          )}
        </Loaded>
        {removing ? (
          <Confirm
            title={t("members_remove", { name: removing.name || removing.email })}
            text={t("members_remove_text")}
            action={t("people_remove_action")}
            busy={removeMember.isPending}
            onClose={() => setRemoving(null)}
            onConfirm={() =>
              removeMember.mutate(
                { id: project, member: removing.id },
                { onError, onSettled: () => setRemoving(null) },
              )
            }
          />
        ) : null}
      </Section>
      <div className="mt-6">
        <ProjectGroups project={project} />
      </div>
    </>
  );
}
