// The page's behaviours; each module attaches itself by data- attributes and survives HTMX swaps.
import htmx from "htmx.org/dist/htmx.esm.js";
import "./csrf.js";
import "./menus.js";
import "./dialogs.js";
import "./toasts.js";
import "./shortcuts.js";
import "./palette.js";
import "./lists.js";
import "./list_dialogs.js";
import "./list_columns.js";
import "./list_select.js";
import "./list_cells.js";
import "./list_board.js";
import "./list_calendar.js";
import "./queue.js";
import "./tabs.js";
import "./forms.js";
import "./lines.js";
import "./form_builder.js";
import "./rules.js";
import "./bell.js";
import "./mentions.js";
import "./attachments.js";
import "./ordering.js";
import "./paste_grid.js";
import { each } from "./attach.js";

each("select[data-picker], select[multiple]", async (element) => (await import("./picker.js")).pick(element));
each("[data-chart]", async (element) => (await import("./charts.js")).draw(element));

document.documentElement.dataset.ready = "";
window.htmx = htmx;
