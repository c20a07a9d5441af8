// What a page shows, for `snapshot.py`: pieces of text and elements, in the order of the document. Shadow trees are gone
// into; frames are left to the caller, who is given their elements. Roles and names follow the rules of HTML-AAM and accname:
// to ask Chromium for its own (`computedName`) takes 48 ms an element on a long page.
({ screen, mostNodes, mostItems, mostText }) => {
  const CONTROLS = new Set(
    ("button link textbox searchbox combobox listbox checkbox radio switch slider spinbutton tab menuitem " +
      "menuitemcheckbox menuitemradio treeitem option").split(" "));
  const SHAPES = new Set(["rect", "circle", "ellipse", "polygon", "polyline", "line", "path", "text"]);
  const FIELDS = new Set(["INPUT", "SELECT", "TEXTAREA", "BUTTON"]);
  const SKIPPED = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "HEAD", "OPTION", "OPTGROUP", "DATALIST"]);
  const items = [], elements = [];
  let nodes = 0, cut = false;
  const short = (text, most = mostText) => {
    const flat = String(text ?? "").replace(/\s+/g, " ").trim();
    return flat.length > most ? flat.slice(0, most) + "…" : flat;
  };
  const inView = (box) => box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  // What stands left of or above the page can never be scrolled to.
  const reachable = (box) => box.bottom + scrollY > 0 && box.right + scrollX > 0;
  const shown = (box) => box.width > 0 && box.height > 0 && (screen ? inView(box) : reachable(box));
  const text = (node) => {
    const parent = node.parentElement ?? node.parentNode?.host;
    if (!parent || !parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return;
    if (parseFloat(getComputedStyle(parent).fontSize) < 4) return;
    const range = document.createRange();
    range.selectNodeContents(node);
    if (shown(range.getBoundingClientRect()))
      items.push({ text: short(node.data, 4 * mostText), begins: !/^\s/.test(node.data), goesOn: !/\s$/.test(node.data) });
  };
  const add = (element, item) => {
    item.element = elements.push(element) - 1;
    items.push(item);
  };
  const state = (element, role) => {
    const found = {};
    const value = element.value ?? (element.isContentEditable ? element.innerText : element.getAttribute("aria-valuenow"));
    const secret = element.type === "password";
    if (secret || /one-time-code|current-password|new-password/.test(element.autocomplete ?? "")) found.secret = true;
    else if ((["textbox", "searchbox", "combobox", "spinbutton", "slider"].includes(role) || role.endsWith(" field")) && element.tagName !== "SELECT")
      found.value = short(value);
    if (element.tagName === "SELECT") {
      found.value = short([...element.selectedOptions].map((each) => each.label).join(", "));
      found.options = [...element.options].slice(0, 60).map((each) => short(each.label, 60));
      found.more = Math.max(0, element.options.length - 60);
    }
    const checked = element.indeterminate ? "mixed" : element.checked ?? element.getAttribute("aria-checked");
    if (["checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"].includes(role)) found.checked = String(checked ?? false);
    for (const name of ["expanded", "selected", "pressed"])
      if (element.hasAttribute(`aria-${name}`)) found[name] = short(element.getAttribute(`aria-${name}`), 10);
    if (element.disabled || element.getAttribute("aria-disabled") === "true") found.disabled = true;
    if (element.readOnly) found.readonly = true;
    if (element.type === "file") found.file = true;
    if (element.placeholder && !element.value) found.placeholder = short(element.placeholder, 80);
    if (["slider", "spinbutton"].includes(role))
      found.range = [element.min ?? element.getAttribute("aria-valuemin"), element.max ?? element.getAttribute("aria-valuemax")].map((each) => short(each, 20));
    if (element === element.getRootNode().activeElement) found.focused = true;
    return found;
  };
  // The hand that the mouse becomes is inherited: what has several parts with words is not one thing to click, its parts are.
  const parts = (element) => [...element.children].filter((each) => each.textContent.trim()).length;
  const pointed = (element, style) => {
    const parent = element.parentElement;
    return style.cursor === "pointer" && parts(element) < 2 && (!parent || getComputedStyle(parent).cursor !== "pointer" || parts(parent) > 1);
  };
  const clickable = (element, style) =>
    element.hasAttribute("onclick") || element.tabIndex >= 0 || element.isContentEditable && !element.parentElement?.isContentEditable ||
    element.tagName === "SUMMARY" || element.tagName === "LABEL" && element.control && !element.control.checkVisibility() ||
    pointed(element, style) ||
    element.draggable && !["IMG", "A"].includes(element.tagName) || element.classList.contains("ui-draggable") || element.classList.contains("ui-sortable-handle");
  const KINDS = { A: "link", AREA: "link", BUTTON: "button", TEXTAREA: "textbox", OPTION: "option" };
  const INPUTS = { button: "button", submit: "button", reset: "button", image: "button", checkbox: "checkbox", radio: "radio",
    range: "slider", number: "spinbutton", search: "searchbox", text: "textbox", email: "textbox", tel: "textbox", url: "textbox", password: "textbox" };
  const roleOf = (element) => {
    const told = (element.getAttribute("role") ?? "").trim().split(/\s+/)[0].toLowerCase();
    if (told && told !== "none" && told !== "presentation") return told;
    const tag = element.tagName;
    if (tag === "INPUT") return INPUTS[element.type] ?? "";
    if (tag === "SELECT") return element.multiple || element.size > 1 ? "listbox" : "combobox";
    return (tag === "A" || tag === "AREA") && !element.hasAttribute("href") ? "" : KINDS[tag] ?? "";
  };
  const nameOf = (element, outside) => {
    const root = element.getRootNode(), tag = element.tagName;
    const by = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean).map((id) => root.getElementById?.(id)?.innerText ?? "");
    const field = FIELDS.has(tag) && tag !== "BUTTON";
    const labels = field ? [...(element.labels ?? [])].map((each) => labelText(each)) : [];
    const pressed = tag === "INPUT" && INPUTS[element.type] === "button" ? element.value || element.alt || element.type : "";
    const own = outside || field ? "" : element.innerText || [...element.querySelectorAll("img[alt],svg title")].map((each) => each.alt ?? each.textContent).join(" ");
    return short([by.join(" "), element.getAttribute("aria-label"), labels.join(" "), pressed, element.alt, own, element.title].find((each) => each?.trim()), 120);
  };
  // A label that has its field inside says only what stands around that.
  const labelText = (label) => label.querySelector("input,select,textarea")
    ? [...label.childNodes].filter((each) => !(each instanceof Element && (FIELDS.has(each.tagName) || each.querySelector("input,select,textarea")))).map((each) => each.textContent).join(" ")
    : label.innerText;
  // What its author calls it, where it has no other name.
  const called = (element) => short(`${element.id} ${element.getAttribute("class") ?? ""}`.replace(/[-_]+/g, " "), 40);
  // A small empty thing of a colour or with a picture is there to be clicked or dragged, whatever listens to that.
  const drawn = (element, style, box) => !element.childElementCount && !element.textContent.trim() && box.width >= 6 && box.height >= 6 && box.width * box.height < 40_000 &&
    (style.backgroundImage !== "none" || !/^(transparent|rgba\(.*, 0\))$/.test(style.backgroundColor));
  const shape = (element, box) => {
    const style = getComputedStyle(element);
    add(element, { role: element.tagName === "text" ? "text" : element.tagName, name: short(element.tagName === "text" ? element.textContent : "", 60),
      colour: short(element.getAttribute("fill") ?? style.fill, 30), box: [box.x, box.y, box.width, box.height].map(Math.round) });
  };
  const walk = (node, inside) => {
    if (cut || ++nodes > mostNodes || items.length > mostItems) { cut = true; return; }
    if (node.nodeType === Node.TEXT_NODE) {
      if (!inside && node.data.trim()) text(node);
      else if (!inside && node.data) items.push({ gap: true });
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    const element = node;
    if (SKIPPED.has(element.tagName)) return;
    const style = getComputedStyle(element);
    if (style.display === "none") return;
    const box = element.getBoundingClientRect(), tag = element.tagName;
    const visible = style.visibility === "visible" && shown(box);
    if (tag === "IFRAME" || tag === "FRAME") { if (visible) add(element, { role: "frame", name: short(element.title || element.name) }); return; }
    const block = !style.display.startsWith("inline") && style.display !== "contents";
    if (block) items.push(style.display === "table-cell" ? { cell: true } : { line: true });
    if (visible && SHAPES.has(tag) && element.ownerSVGElement && !inside) { shape(element, box); return; }
    const role = roleOf(element);
    let within = inside;
    if (visible && tag !== "BODY" && tag !== "HTML" && (CONTROLS.has(role) || FIELDS.has(tag) || clickable(element, style))) {
      const control = CONTROLS.has(role) || FIELDS.has(tag);
      const nested = [...element.querySelectorAll("a[href],button,input,select,textarea,[tabindex]:not([tabindex='-1']),[role=button],[onclick],svg *")]
        .some((each) => !each.closest("svg") || (!control && box.width > 60));
      const name = nameOf(element, nested && !control) || (nested || control ? "" : called(element));
      const kind = CONTROLS.has(role) ? role : FIELDS.has(tag) ? `${element.type} field` : element.isContentEditable ? "textbox" : "clickable";
      add(element, { role: kind, name: short(name, 120), at: control ? undefined : [box.x, box.y, box.width, box.height].map(Math.round), ...state(element, kind) });
      if (!nested || tag === "SELECT" || tag === "TEXTAREA") within = true;
    } else if (visible && !inside && tag !== "CANVAS" && drawn(element, style, box)) {
      add(element, { role: style.backgroundImage === "none" ? "box" : "icon", name: called(element), colour: short(style.backgroundColor, 30),
        box: [box.x, box.y, box.width, box.height].map(Math.round) });
    } else if (visible && !inside && (tag === "CANVAS" || tag === "IMG")) {
      const name = nameOf(element, true);
      if (tag === "CANVAS") add(element, { role: "canvas", name, box: [box.x, box.y, box.width, box.height].map(Math.round) });
      else if (name) items.push({ text: `(image: ${name})` });
    } else if (/^H[1-6]$/.test(tag) && visible) items.push({ heading: Number(tag[1]) });
    for (const child of element.shadowRoot?.childNodes ?? []) walk(child, within);
    const children = tag === "SLOT" && element.assignedNodes().length ? element.assignedNodes() : element.shadowRoot ? [] : element.childNodes;
    for (const child of children) walk(child, within);
    if (block && style.display !== "table-cell") items.push({ line: true });
  };
  walk(document.body ?? document.documentElement, false);
  const height = Math.max(document.documentElement.scrollHeight, document.body?.scrollHeight ?? 0);
  return { items, elements, cut, place: { top: Math.round(scrollY), height, screen: innerHeight } };
}
