import { type ComponentType, lazy, useState } from "react";

interface Code<Props> {
  loaded: ComponentType<Props> | null;
  later: ComponentType<Props>;
}

/**
 * A component whose code is loaded when it is shown. After `prepare` it is drawn at once, which `lazy` alone does not
 * do: it shows a stand-in first, and React leaves that for 300 ms.
 */
export function later<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) {
  async function prepare() {
    const module = await load();
    code.loaded = module.default;
    return module;
  }
  const code: Code<Props> = { loaded: null, later: lazy(prepare) };
  return Object.assign((props: Props) => <Shown code={code} props={props} />, { prepare });
}

function Shown<Props extends object>({ code, props }: { code: Code<Props>; props: Props }) {
  // Chosen once: another component in its place would lose what is written in it.
  const [Component] = useState<ComponentType<Props>>(() => code.loaded ?? code.later);
  return <Component {...props} />;
}
