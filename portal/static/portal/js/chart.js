// Draws what {% chart %} left on the page. Words, numbers, legend, patterns and the room for the drawing come from the
// server; colours come from the style sheet, so that a change of scheme or forced colours need nothing from here.

const SVG = "http://www.w3.org/2000/svg";
const GAP = 2; // between the parts of a bar, so that neighbours of like colour stay two
const THIN = 4; // the least width of a part that is not nothing
const REACH = 28; // how near a pointer must come, in pixels
const NAME = 84; // the room for a name under a line

// The library is fetched with the first chart that comes near the window, once for all.
let library;
const fetchLibrary = (address) => {
  library ??= import(address).then(() => {
    const { Svg } = globalThis.Chartist;
    const attr = Svg.prototype.attr;
    // It writes style attributes, which our content security policy refuses; the same text is allowed through the CSSOM.
    Svg.prototype.attr = function (given, namespace) {
      if (typeof given === "string" || !given?.style) return attr.call(this, given, namespace);
      const { style, ...rest } = given;
      this.getNode().style.cssText = style;
      return attr.call(this, rest, namespace);
    };
    return globalThis.Chartist;
  });
  return library;
};

const element = (name, attributes, parent) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
};

class Drawing {
  constructor(figure, Chartist) {
    this.id = figure.dataset.chart;
    this.spec = JSON.parse(document.getElementById(this.id).textContent);
    this.plot = figure.querySelector("[data-chart-plot]");
    this.said = figure.querySelector("[data-chart-said]");
    this.table = figure.querySelector("details > summary");
    this.bars = [...this.plot.querySelectorAll("[data-chart-bar]")];
    this.isLines = this.spec.kind === "lines";
    this.isTurned = getComputedStyle(figure).direction === "rtl";
    this.points = new Map(); // "category,series" to the box of that point
    this.here = null;
    this.Chartist = Chartist;
    this.chart = this.isLines ? this.makeLines() : this.makeBars();
    this.chart.on("draw", (part) => this.draw(part));
    this.chart.on("created", () => this.finish());
    new ResizeObserver(() => this.chart.update()).observe(this.plot);
    this.listen();
  }

  makeBars() {
    const { categories, series } = this.spec;
    const totals = categories.map((_, at) => series.reduce((sum, each) => sum + (each.values[at] ?? 0), 0));
    const high = Math.max(...totals) || 1;
    const bare = { showLabel: false, showGrid: false, offset: 0 };
    return new this.Chartist.BarChart(
      this.plot,
      { labels: categories, series: series.map((each) => each.values) },
      {
        horizontalBars: true,
        stackBars: true,
        chartPadding: 0,
        axisX: { ...bare, type: this.Chartist.FixedScaleAxis, ticks: [0, high], low: 0, high },
        axisY: bare,
      },
    );
  }

  makeLines() {
    const { categories, series } = this.spec;
    const values = series.flatMap((each) => each.values).filter((value) => value !== null);
    const isWhole = values.every(Number.isInteger);
    const written = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 3 });
    const widest = Math.max(...values.map((value) => written.format(Math.ceil(value)).length), isWhole ? 2 : 4);
    // As many names below the line as there is room for, the last one always.
    const seldom = (name, at) => {
      const step = Math.ceil(categories.length / Math.max(2, Math.floor(this.plot.clientWidth / NAME)));
      const fromLast = this.isTurned ? at : categories.length - 1 - at;
      return fromLast % step ? null : name;
    };
    const turn = (list) => (this.isTurned ? [...list].reverse() : list);
    return new this.Chartist.LineChart(
      this.plot,
      { labels: turn(categories), series: series.map((each) => turn(each.values)) },
      {
        low: Math.min(0, ...values),
        fullWidth: true,
        lineSmooth: false, // a curve would show values that nobody measured
        chartPadding: { top: 12, bottom: 0, [this.isTurned ? "right" : "left"]: 0, [this.isTurned ? "left" : "right"]: NAME / 2 },
        axisX: { showGrid: false, offset: 36, labelInterpolationFnc: seldom },
        axisY: {
          offset: widest * 9 + 14,
          position: this.isTurned ? "end" : "start",
          scaleMinSpace: 36,
          onlyInteger: isWhole,
          labelInterpolationFnc: (value) => written.format(value),
        },
      },
    );
  }

  draw(part) {
    if (part.type === "bar") this.drawBar(part);
    if (part.type === "point") this.drawPoint(part);
    if (part.type === "label" && part.axis.units.pos === "x") {
      // The library writes a name beside its point; it belongs under it.
      part.element.attr({ x: part.x - NAME / 2, width: NAME });
      part.element.getNode().firstElementChild.style.width = `${NAME}px`;
    }
    if (part.type === "line") {
      const number = part.seriesIndex + 1;
      part.element.attr({ class: `chart__line chart__line--${number} chart__tone--${this.spec.series[number - 1].tone}` });
    }
  }

  // The library scales and stacks; the bar itself lies where the page left room for it, under its own name.
  drawBar({ x1, x2, index, seriesIndex, element: given }) {
    const { shown, values, tone } = this.spec.series[seriesIndex];
    const outside = this.plot.getBoundingClientRect();
    const room = this.bars[index].getBoundingClientRect();
    const [y, height] = [room.top - outside.top, room.height];
    const parent = given.getNode().parentNode;
    given.remove();
    const width = values[index] ? Math.max(Math.abs(x2 - x1) - GAP, THIN) : 0;
    const from = Math.min(x1, x2);
    const x = this.isTurned ? outside.width - from - width : from;
    this.points.set(`${index},${seriesIndex}`, { x, y, width, height });
    if (!width) return;
    const number = seriesIndex + 1;
    const group = element("g", { class: `chart__tone--${tone}` }, parent);
    const fill = `url(#${this.id}-texture-${number})`;
    element("rect", { class: "chart__part", x: x + 1, y: y + 1, width: width - 2, height: height - 2, fill }, group);
    if (this.spec.kind === "stacked") this.writeNumber(group, shown[index], number, { x, y, width, height });
  }

  // The number stands in its part where there is room for it, on a plate where the pattern would disturb it.
  writeNumber(group, text, number, { x, y, width, height }) {
    const [middle, centre] = [x + width / 2, y + height / 2];
    const written = element("text", { class: `chart__number chart__number--${number}`, x: middle, y: centre }, group);
    written.textContent = text;
    const plate = written.getComputedTextLength() + 8;
    if (plate > width - 2) {
      written.remove();
    } else if (number !== 1 && number !== 4) {
      const box = { class: "chart__plate", x: middle - plate / 2, y: centre - 11, width: plate, height: 22, rx: 3 };
      written.before(element("rect", box, group));
    }
  }

  drawPoint({ x, y, index, seriesIndex, element: given }) {
    const at = this.isTurned ? this.spec.categories.length - 1 - index : index;
    const parent = given.getNode().parentNode;
    given.remove();
    element("use", { href: `#${this.id}-mark-${seriesIndex + 1}`, x, y }, parent);
    this.points.set(`${at},${seriesIndex}`, { x: x - 9, y: y - 9, width: 18, height: 18 });
  }

  finish() {
    this.svg = this.plot.querySelector("svg");
    this.svg.setAttribute("role", "img");
    this.svg.setAttribute("aria-labelledby", `${this.id}-summary`);
    this.mark();
  }

  // --- reading it: one stop of the Tab key, then arrows; a pointer reads the same sentences ---------------------------
  listen() {
    this.plot.tabIndex = 0;
    // Screen readers keep the arrow keys for themselves everywhere else.
    this.plot.setAttribute("role", "application");
    this.plot.addEventListener("keydown", (event) => this.press(event));
    this.plot.addEventListener("blur", () => this.go(null));
    this.plot.addEventListener("pointermove", (event) => this.point(event));
    this.plot.addEventListener("pointerdown", (event) => this.point(event));
    this.plot.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse" && !this.plot.matches(":focus-visible")) this.go(null);
    });
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      this.table.focus();
      return;
    }
    const [lastCategory, lastSeries] = [this.spec.categories.length - 1, this.spec.series.length - 1];
    const [category, series] = this.here ?? [0, 0];
    const forward = this.isTurned ? -1 : 1;
    const along = { ArrowRight: forward, ArrowLeft: -forward }[event.key] ?? 0;
    const down = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0;
    // Bars lie along the page and their names run down it; lines the other way round.
    const [byCategory, bySeries] = this.isLines ? [along, down] : [down, along];
    const goal = { Home: [0, 0], End: [lastCategory, lastSeries] }[event.key];
    if (!goal && !along && !down) return;
    event.preventDefault();
    const keep = (value, last) => Math.min(Math.max(value, 0), last);
    if (goal) this.go(goal);
    else if (!this.here) this.go([0, 0]);
    else this.go([keep(category + byCategory, lastCategory), keep(series + bySeries, lastSeries)]);
  }

  point({ clientX, clientY }) {
    const outside = this.plot.getBoundingClientRect();
    const [left, top] = [clientX - outside.left, clientY - outside.top];
    const away = (value, from, length) => Math.max(from - value, value - from - length, 0);
    let [nearest, best] = [null, REACH];
    for (const [key, { x, y, width, height }] of this.points) {
      const distance = Math.hypot(away(left, x, width), away(top, y, height));
      if (width && distance < best) [nearest, best] = [key, distance];
    }
    this.go(nearest && nearest.split(",").map(Number));
  }

  go(here) {
    if (String(here) === String(this.here)) return;
    this.here = here;
    this.said.textContent = here ? this.spec.series[here[1]].said[here[0]] : "";
    this.mark();
  }

  mark() {
    this.svg?.querySelector(".chart__cursor")?.remove();
    const box = this.here && this.points.get(String(this.here));
    if (!box || !this.svg) return;
    const { x, y, width, height } = box;
    element("rect", { class: "chart__cursor", x: x - 2, y: y - 2, width: width + 4, height: height + 4, rx: 3 }, this.svg);
  }
}

const show = async (figure) => {
  try {
    const Chartist = await fetchLibrary(figure.dataset.library);
    new Drawing(figure, Chartist);
  } catch (problem) {
    // Without the drawing the numbers still stand there.
    figure.querySelector(".chart__stage").hidden = true;
    figure.querySelector("details").open = true;
    throw problem;
  }
};

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      show(target);
    }
  },
  { rootMargin: "400px" },
);

const find = (part) => {
  for (const figure of part.querySelectorAll("[data-chart]:not(.is-live)")) {
    figure.classList.add("is-live");
    near.observe(figure);
  }
};
find(document);
document.addEventListener("htmx:load", (event) => find(event.target.parentNode ?? document));
