// A question before something is done, as a dialog; without this the opener leads to a page that asks the same.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.opens).showModal();
    return;
  }
  event.target.closest("[data-closes]")?.closest("dialog").close();
  event.target.closest("[data-closes-toast]")?.closest("[data-toast]").remove();
});
// The opener is a link that acts as a button: the space bar presses it too.
document.addEventListener("keydown", (event) => {
  if (event.key !== " " || !event.target.matches("[data-opens]")) return;
  event.preventDefault();
  event.target.click();
});
for (const button of document.querySelectorAll("[data-closes-toast]")) button.hidden = false;
