// Tables of data: one page at a time, in the order of the column that was pressed last.

const bodyOf = (table) => table.querySelector("tbody");
const number = (cell) => ("number" in cell.dataset ? Number(cell.dataset.number) : null);

function compare(one, other) {
  const [a, b] = [number(one), number(other)];
  if (a !== null && b !== null) return a - b;
  // Numbers stand before words.
  if (a !== null || b !== null) return a !== null ? -1 : 1;
  return one.textContent.localeCompare(other.textContent, undefined, { numeric: true });
}

function arrange(table, by, down) {
  const rows = [...bodyOf(table).rows];
  const place = (row) => Number(row.dataset.row);
  const ordered = rows.sort((one, other) => {
    const found = by === null ? 0 : compare(one.cells[by], other.cells[by]);
    return (down ? -found : found) || place(one) - place(other);
  });
  bodyOf(table).append(...ordered);
  table.querySelectorAll("thead th").forEach((head, index) => {
    if (index === by) head.setAttribute("aria-sort", down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  });
}

function show(table) {
  const size = Number(table.dataset.pageSize);
  const rows = [...bodyOf(table).rows];
  const last = Math.max(0, Math.ceil(rows.length / size) - 1);
  const page = Math.min(Number(table.dataset.shown ?? 0), last);
  rows.forEach((row, index) => {
    row.hidden = Math.floor(index / size) !== page;
  });
  const now = table.querySelector(".turning-now");
  if (!now) return;
  const to = Math.min((page + 1) * size, rows.length);
  const said = `${page * size + 1}–${to} of ${rows.length}`;
  if (now.textContent !== said) now.textContent = said;
  for (const button of table.querySelectorAll("[data-turn]")) {
    button.disabled = button.dataset.turn === "1" ? page === last : page === 0;
  }
}

// Called after every update, too: the server sends all rows, in the order of the app.
export function settleTables() {
  for (const table of document.querySelectorAll("[data-data-table]")) {
    const { by, down } = table.dataset;
    if (by !== undefined) arrange(table, Number(by), down === "yes");
    show(table);
  }
}

export function startTables() {
  settleTables();
  document.addEventListener("click", ({ target }) => {
    const table = target.closest("[data-data-table]");
    const button = target.closest("button");
    if (!table || !button) return;
    if ("turn" in button.dataset) {
      const page = Number(table.dataset.shown ?? 0) + Number(button.dataset.turn);
      table.dataset.shown = String(page);
      show(table);
      // At the end of the way the other button is the one to go on with.
      if (button.disabled) table.querySelector("[data-turn]:not(:disabled)")?.focus();
    } else if ("column" in button.dataset) {
      const again = table.dataset.by === button.dataset.column && table.dataset.down !== "yes";
      table.dataset.by = button.dataset.column;
      table.dataset.down = again ? "yes" : "no";
      table.dataset.shown = "0";
      arrange(table, Number(button.dataset.column), again);
      show(table);
    }
  });
}
