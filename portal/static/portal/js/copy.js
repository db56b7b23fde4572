// Copies what stands in a field; the button exists only where the browser lets a script do so.
for (const button of document.querySelectorAll("[data-copies]")) {
  const input = document.getElementById(button.dataset.copies);
  input.addEventListener("focus", () => input.select());
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  button.after(said);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(input.value);
    said.textContent = ` ${button.dataset.copied}`;
  });
}
