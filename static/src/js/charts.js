// Charts: a small description in JSON becomes an ECharts option in the colours of the theme.
import * as echarts from "echarts/core";
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

echarts.use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer]);

const drawn = new Set();
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function axis(extra, spec) {
  return {
    axisLine: { lineStyle: { color: colour("line") } },
    axisTick: { show: false },
    axisLabel: { color: colour("ink-3"), fontSize: 11, fontFamily: "inherit", hideOverlap: true },
    splitLine: { lineStyle: { color: colour("line"), type: [2, 3] } },
    nameTextStyle: { color: colour("ink-3"), fontSize: 11 },
    ...extra,
    ...spec,
  };
}

function band(series, at) {
  const plain = { type: "line", stack: `band-${at}`, stackStrategy: "all", symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
  const span = series.high.map((high, i) => (high === null || series.low[i] === null ? null : high - series.low[i]));
  return [
    { ...plain, name: `low-${at}`, data: series.low },
    { ...plain, name: `span-${at}`, data: span, areaStyle: { color: colour(`chart-${(at % 6) + 1}`), opacity: 0.14 } },
  ];
}

function one(series, at, spec) {
  const ink = colour(series.colour ?? `chart-${(at % 6) + 1}`);
  const bar = (series.kind ?? spec.kind) === "bar";
  return {
    type: bar ? "bar" : "line",
    name: series.name,
    data: series.values,
    stack: spec.stacked ? "all" : undefined,
    yAxisIndex: series.right ? 1 : 0,
    color: ink,
    barMaxWidth: 36,
    barCategoryGap: "24%",
    symbol: "circle",
    symbolSize: 5,
    showSymbol: series.values.length < 40,
    lineStyle: { width: 2, type: series.dashed ? "dashed" : "solid" },
    itemStyle: bar && !spec.stacked ? { borderRadius: spec.sideways ? [0, 3, 3, 0] : [3, 3, 0, 0] } : undefined,
    emphasis: { disabled: true },
    markLine:
      at === 0 && spec.mark
        ? {
            symbol: "none",
            silent: true,
            lineStyle: { color: colour("ink-3"), type: "dashed" },
            label: { formatter: spec.mark.label, color: colour("ink-2"), fontSize: 11, position: "insideEndTop" },
            data: [spec.sideways ? { xAxis: spec.mark.at } : { yAxis: spec.mark.at }],
          }
        : undefined,
  };
}

function option(spec) {
  const labels = axis({ type: "category", data: spec.labels, splitLine: { show: false }, inverse: Boolean(spec.sideways) });
  const format = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 0 });
  const words = (unit) => (value) => (unit === "percent" ? percent.format(value) : format.format(value));
  const value = (unit, extra) => axis({ type: "value", axisLine: { show: false }, scale: !spec.zero, ...extra }, { axisLabel: { color: colour("ink-3"), fontSize: 11, formatter: words(unit) } });
  const values = [value(spec.unit, { min: spec.min ?? undefined, max: spec.max ?? undefined })];
  if (spec.series.some((series) => series.right)) values.push(value(spec.right_unit, { splitLine: { show: false }, min: 0, max: spec.right_max ?? undefined }));
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 240,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    aria: { enabled: false },
    legend: { show: spec.series.length > 1, top: 0, left: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, itemGap: 16, data: spec.series.map((series) => series.name), textStyle: { color: colour("ink-2"), fontSize: 12 } },
    grid: { top: spec.series.length > 1 ? 36 : 12, right: 12, bottom: 4, left: 4, containLabel: true },
    xAxis: spec.sideways ? values : labels,
    yAxis: spec.sideways ? labels : values,
    series: spec.series.flatMap((series, at) => [...(series.low ? band(series, at) : []), one(series, at, spec)]),
  };
}

/** Our own tooltip: ECharts' writes style attributes, which the page's policy refuses. */
function note(chart, box, spec) {
  const tip = document.createElement("div");
  tip.className = "chart-note";
  tip.hidden = true;
  box.append(tip);
  const finder = { gridIndex: 0 };
  const at = (event) => {
    const point = [event.offsetX, event.offsetY];
    if (!chart.containPixel(finder, point)) return -1;
    return chart.convertFromPixel(finder, point)[spec.sideways ? 1 : 0];
  };
  chart.getZr().on("mousemove", (event) => {
    const index = at(event);
    tip.hidden = index < 0 || index >= spec.labels.length;
    if (tip.hidden) return;
    tip.replaceChildren();
    const head = document.createElement("b");
    head.textContent = spec.labels[index];
    tip.append(head);
    for (const series of spec.series) {
      const line = document.createElement("div");
      line.textContent = `${series.name}: ${series.words[index]}`;
      tip.append(line);
    }
    const left = Math.min(event.offsetX + 14, box.clientWidth - tip.offsetWidth - 4);
    tip.style.left = `${Math.max(0, left)}px`;
    tip.style.top = `${Math.max(0, event.offsetY - tip.offsetHeight - 10)}px`;
  });
  chart.getZr().on("globalout", () => (tip.hidden = true));
  chart.getZr().on("click", (event) => {
    const url = spec.urls?.[at(event)];
    if (url) location.assign(url);
  });
}

/** Draws one chart into its box and keeps it fitting and in the theme's colours. */
export function draw(box) {
  const spec = JSON.parse(document.getElementById(box.dataset.chart).textContent);
  const canvas = document.createElement("div");
  canvas.style.height = "100%";
  box.append(canvas);
  const chart = echarts.init(canvas, null, { renderer: "svg" });
  chart.setOption(option(spec));
  note(chart, box, spec);
  new ResizeObserver(() => chart.resize()).observe(box);
  drawn.add([chart, spec]);
}

const repaint = () => drawn.forEach(([chart, spec]) => chart.setOption(option(spec), true));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
