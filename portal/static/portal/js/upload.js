// A file to send: what is chosen is told with its size, and a file can be dropped on the whole field.
const UNITS = ["byte", "kilobyte", "megabyte"];
const sizeOf = (bytes) => {
  const step = bytes < 1024 ? 0 : bytes < 1024 ** 2 ? 1 : 2;
  const style = { style: "unit", unit: UNITS[step], maximumFractionDigits: 1 };
  return new Intl.NumberFormat(document.documentElement.lang, style).format(bytes / 1024 ** step);
};

for (const field of document.querySelectorAll("[data-upload]")) {
  const input = field.querySelector("input");
  const chosen = field.querySelector(".upload__chosen");
  const limit = Number(input.dataset.limit ?? Infinity);

  const tell = () => {
    const files = [...input.files];
    const isTooLarge = files.some((file) => file.size > limit);
    const lines = files.map((file) => `${file.name}, ${sizeOf(file.size)}`);
    chosen.textContent = [lines.join("; "), isTooLarge ? chosen.dataset.tooLarge : ""].filter(Boolean).join(". ");
    chosen.classList.toggle("is-wrong", isTooLarge);
  };
  const mark = (isOver) => field.classList.toggle("is-over", isOver);

  field.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    mark(true);
  });
  field.addEventListener("dragleave", () => mark(false));
  field.addEventListener("drop", (event) => {
    mark(false);
    const files = [...event.dataTransfer.files];
    if (!files.length) return;
    event.preventDefault();
    const taken = new DataTransfer();
    files.slice(0, input.multiple ? files.length : 1).forEach((file) => taken.items.add(file));
    input.files = taken.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", tell);
  field.querySelector(".upload__drop").hidden = false;
  tell();
}
