// A long select becomes a field that is searched by typing (ARIA practices: editable combobox, list autocomplete).
// The select stays and is what is sent.
const plain = (text) =>
  ` ${text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[łøß]/g, (sign) => ({ ł: "l", ø: "o", ß: "ss" })[sign]).replace(/[^\p{L}\p{N}]+/gu, " ").trim()}`;
const made = (tag, properties, attributes = {}) => {
  const each = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(attributes)) each.setAttribute(name, value);
  return each;
};

for (const field of document.querySelectorAll("[data-autocomplete]")) {
  const select = field.querySelector("select");
  const { id } = select;
  const list = made("div", { id: `${id}-list`, className: "autocomplete__list", hidden: true, tabIndex: -1 }, { role: "listbox" });
  const count = made("p", { className: "autocomplete__count" }, { role: "status" });
  const input = made(
    "input",
    { id, type: "text", required: select.required, disabled: select.disabled, spellcheck: false },
    {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": list.id,
      autocomplete: select.autocomplete === "country" ? "country-name" : select.autocomplete || "off",
    },
  );
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  const wrong = made("p", { id: `${id}-wrong`, className: "field__error autocomplete__wrong" }, { role: "status" });
  const described = input.getAttribute("aria-describedby") ?? "";
  list.setAttribute("aria-label", document.querySelector(`label[for="${id}"]`)?.textContent.trim() ?? "");
  const items = [...select.options]
    .filter((option) => option.value)
    .map((option, index) => ({
      option,
      text: plain(option.text),
      line: made("div", { id: `${id}-${index}`, textContent: option.text, className: "autocomplete__item" }, { role: "option" }),
    }));
  list.append(...items.map((item) => item.line));
  select.id = `${id}-select`;
  select.hidden = true;
  select.required = false; // the field is
  const panel = made("div", { className: "autocomplete__panel" });
  panel.append(count, list);
  field.append(wrong, input, panel);

  let active = null;
  const label = () => (select.value ? select.selectedOptions[0].text : "");
  const shown = () => items.filter((item) => !item.line.hidden);
  const point = (item) => {
    active?.line.setAttribute("aria-selected", "false");
    active = item;
    if (!item) return input.removeAttribute("aria-activedescendant");
    item.line.setAttribute("aria-selected", "true");
    item.line.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", item.line.id);
  };
  const open = (text) => {
    const wanted = plain(text);
    items.forEach((item) => (item.line.hidden = !item.text.includes(wanted)));
    const found = shown().length;
    point(null);
    list.hidden = !found;
    input.setAttribute("aria-expanded", String(!list.hidden));
    count.textContent = field.dataset.count.replace("{n}", found);
  };
  const close = () => {
    point(null);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    count.textContent = "";
  };
  const refuse = (text) => {
    wrong.textContent = text ? field.dataset.wrong.replace("{text}", () => text) : "";
    input.setAttribute("aria-invalid", String(Boolean(text)));
    input.setAttribute("aria-describedby", `${described} ${text ? wrong.id : ""}`.trim());
  };
  const choose = (option, text = "") => {
    const before = select.value;
    select.value = option?.value ?? "";
    input.value = text || label();
    if (text || wrong.textContent) refuse(text);
    if (select.value !== before) select.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  };
  // What was typed counts when it means one thing only.
  const meant = () => {
    const text = plain(input.value);
    if (active || !text.trim()) return active;
    const found = items.filter((item) => item.text.includes(text));
    return found.find((item) => item.text === text) ?? (found.length === 1 ? found[0] : null);
  };
  const settle = () => {
    const item = meant();
    choose(item?.option, item ? "" : input.value.trim()); // what means nothing stays to be mended
  };
  const step = (by) => {
    if (list.hidden) open(input.value === label() ? "" : input.value);
    const lines = shown();
    const here = lines.indexOf(active);
    point(lines.at(here < 0 && by < 0 ? -1 : (here + by) % lines.length) ?? null);
  };
  const keys = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => {
      if (list.hidden && input.value === label()) return false; // sends the form
      settle();
    },
    Escape: () => {
      if (list.hidden) return false;
      choose(select.selectedOptions[0]);
    },
  };

  input.value = label();
  addEventListener("pageshow", () => {
    if (document.activeElement !== input) choose(select.selectedOptions[0]); // going back, the browser fills the select again
  });
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("click", () => (list.hidden ? open(input.value === label() ? "" : input.value) : close()));
  input.addEventListener("change", settle);
  input.addEventListener("blur", settle);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Home" || event.key === "End") point(null); // the caret moves in the text
    if (event.ctrlKey || event.metaKey || !keys[event.key]) return;
    if (keys[event.key]() !== false) event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
  list.addEventListener("click", (event) => {
    const item = items.find((each) => each.line === event.target);
    if (item) choose(item.option);
  });
  input.form?.addEventListener(
    "submit",
    (event) => {
      settle();
      if (!wrong.textContent) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      input.focus();
    },
    { capture: true },
  );
}
