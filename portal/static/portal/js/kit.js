// Comfort only: every screen works without it.

document.querySelector("[data-focus]")?.focus();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
// Coming back with the browser's own button finds the form usable again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// The course outline is open where there is room for it.
const wide = matchMedia("(min-width: 64em)");
const unfold = () => {
  document.querySelectorAll("details.player__toggle").forEach((each) => (each.open = wide.matches));
  const here = document.querySelector(".player__outline [aria-current]");
  const column = here?.closest(".player__outline");
  if (column && wide.matches) column.scrollTop = here.offsetTop - column.offsetTop - column.clientHeight / 3;
};
wide.addEventListener("change", unfold);
unfold();

// A menu closes with Escape, with a click beside it, and when the focus goes on; so does the panel of a phone.
const drops = () => document.querySelectorAll("details:is(.drop, .mega)[open]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  drops().forEach((drop) => {
    if (drop.contains(document.activeElement)) {
      event.preventDefault(); // the panel around it stays
      drop.querySelector("summary").focus();
    }
    drop.open = false;
  });
});
const closeBeside = (event) => {
  drops().forEach((drop) => {
    if (!drop.contains(event.target)) drop.open = false;
  });
};
document.addEventListener("click", closeBeside);
document.addEventListener("focusin", (event) => {
  closeBeside(event);
  const panel = document.querySelector("[popover]:popover-open");
  if (panel && !panel.contains(event.target) && event.target.popoverTargetElement !== panel) panel.hidePopover();
});

// A password can be shown while it is typed; the button exists only where this script runs.
for (const button of document.querySelectorAll("[data-show-password]")) {
  const input = document.getElementById(button.dataset.showPassword);
  if (!input) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  });
  input.form?.addEventListener("submit", () => (input.type = "password"));
}

// A passkey that was cancelled or is not known here: say so instead of staying silent.
document.addEventListener("allauth.error", (event) => {
  const notice = document.querySelector("[data-key-problem]");
  if (!notice) return;
  event.preventDefault();
  notice.hidden = true;
  requestAnimationFrame(() => (notice.hidden = false));
});
