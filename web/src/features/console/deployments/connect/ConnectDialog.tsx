import { type FormEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/overlays/dialog";
import { Failure } from "@/components/states";
import { asApiError } from "@/lib/errors/api-error";
import { useFormat } from "@/lib/i18n/format";
import { AddressStep } from "./AddressStep";
import { answers, type Choice, choicesOf, faultOf, offered, probesOf, tested } from "./choices";
import { ModelsStep } from "./ModelsStep";
import { type Place, type Server, tryModel, useLook, useOffer } from "./queries";

interface Props {
  onClose: () => void;
  /** Called with the names under which models are offered now. */
  onDone: (models: readonly string[]) => void;
}

/** From an address and a key to models that answer: list, tick, test, offer. */
export function ConnectDialog({ onClose, onDone }: Props) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const form = useId();
  const [place, setPlace] = useState<Place>({ base_url: "", api_key: "" });
  const [server, setServer] = useState<Server | null>(null);
  const [choices, setChoices] = useState<readonly Choice[]>([]);
  const { testing, test, stop } = useTests(setChoices);
  const look = useLook();
  const offer = useOffer();
  const at = { base_url: server?.base_url ?? "", api_key: place.api_key.trim() };
  const ticked = choices.filter((each) => each.ticked);
  const faulty = ticked.some((each) => faultOf(each, choices));
  const untested = ticked.filter((each) => answers(each) !== true);
  const save = () =>
    offer.mutate(
      { ...at, continues: server?.continues, models: ticked.map(offered) },
      { onSuccess: () => onDone(ticked.map((each) => each.name.trim())) },
    );
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!server) {
      look.mutate(place, {
        onSuccess: (found) => {
          setServer(found);
          setChoices(choicesOf(found.models));
        },
      });
    } else if (untested.length) {
      void test(at, untested);
    } else {
      save();
    }
  }
  const back = () => {
    stop();
    setServer(null);
    offer.reset();
  };
  const count = { count: ticked.length, n: format.number(ticked.length) };
  return (
    <Dialog
      title={t("connect_title")}
      onClose={() => {
        stop();
        onClose();
      }}
      actions={
        <>
          {server ? (
            <Button onClick={back}>{t("connect_back")}</Button>
          ) : (
            <Button onClick={onClose}>{t("cancel")}</Button>
          )}
          {server && ticked.length && untested.length && !testing ? (
            <Button busy={offer.isPending} disabled={faulty} onClick={save}>
              {t("connect_offer_untested", count)}
            </Button>
          ) : null}
          <Button
            look="primary"
            type="submit"
            form={form}
            busy={look.isPending || offer.isPending || testing !== null}
            disabled={server !== null && (!ticked.length || faulty)}
          >
            {server
              ? untested.length || !ticked.length
                ? t("connect_test", count)
                : t("connect_offer", count)
              : t("connect_look")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        {server ? (
          <>
            {offer.error ? <Failure error={offer.error} /> : null}
            <ModelsStep server={server} choices={choices} testing={testing} onChange={setChoices} />
          </>
        ) : (
          <AddressStep place={place} onChange={setPlace} error={look.error} />
        )}
      </form>
    </Dialog>
  );
}

/** Tests models one after another, for a server may have to load each; tells which one is being tested. */
function useTests(setChoices: (change: (before: readonly Choice[]) => readonly Choice[]) => void) {
  const [testing, setTesting] = useState<string | null>(null);
  const run = useRef(0);
  const stop = () => {
    run.current += 1;
    setTesting(null);
  };
  async function test(place: Place, models: readonly Choice[]) {
    run.current += 1;
    const mine = run.current;
    for (const each of models) {
      setTesting(each.target);
      const probes = probesOf(each);
      const results = await tryModel(place, each.target, probes).then(
        (found) => found.results,
        (thrown: unknown) => {
          const { code, message } = asApiError(thrown);
          const probe = probes[0] ?? "chat";
          return [{ probe, ok: false, seconds: 0, said: "", error: { code: code ?? "", message } }];
        },
      );
      if (run.current !== mine) return;
      setChoices((before) =>
        before.map((other) => (other.target === each.target ? tested(other, results) : other)),
      );
    }
    setTesting(null);
  }
  return { testing, test, stop };
}
