// Headings to jump to become tabs: one panel in sight, arrow keys between the tabs (ARIA practices, automatic activation).
for (const tabs of document.querySelectorAll("[data-tabs]")) {
  const list = tabs.querySelector(".tabs__list");
  const links = [...list.querySelectorAll(".tabs__tab")];
  const panel = (link) => document.getElementById(link.hash.slice(1));
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", tabs.querySelector(".tabs__nav").getAttribute("aria-label"));
  tabs.querySelector(".tabs__nav").setAttribute("role", "presentation");
  tabs.querySelector(".tabs__nav").removeAttribute("aria-label");

  const choose = (chosen, focus = false) => {
    for (const link of links) {
      const isChosen = link === chosen;
      link.setAttribute("aria-selected", String(isChosen));
      link.tabIndex = isChosen ? 0 : -1;
      panel(link).hidden = !isChosen;
    }
    if (focus) chosen.focus();
  };

  for (const link of links) {
    link.setAttribute("role", "tab");
    link.setAttribute("aria-controls", link.hash.slice(1));
    link.parentElement.setAttribute("role", "presentation");
    panel(link).setAttribute("role", "tabpanel");
    panel(link).tabIndex = 0;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      history.replaceState(null, "", link.hash);
      choose(link, true);
    });
  }
  list.addEventListener("keydown", (event) => {
    const back = getComputedStyle(list).direction === "rtl" ? "ArrowRight" : "ArrowLeft";
    const forth = back === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    const here = links.indexOf(document.activeElement);
    const to = { [forth]: here + 1, [back]: here - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(links.at(to % links.length), true);
  });
  choose(links.find((link) => link.hash === location.hash) ?? links[0]);
}
