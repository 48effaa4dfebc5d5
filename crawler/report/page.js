"use strict";
// A click on a heading sorts its table (again: the other way round); the field above filters its rows.
for (const box of document.querySelectorAll(".table")) {
  const body = box.querySelector("tbody"), heads = [...box.querySelectorAll("th")];
  const rows = [...body.rows].map((row) => ({ row, text: row.textContent.toLowerCase() }));
  const number = (text) => { const n = parseFloat(text.replace(/,/g, "")); return Number.isNaN(n) ? -Infinity : n; };
  heads.forEach((head, column) => {
    const counts = head.classList.contains("n");
    head.querySelector("button").addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const down = now ? now === "ascending" : counts;
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      for (const each of rows) {
        const text = each.row.cells[column].textContent;
        each.key = counts ? number(text) : text;
      }
      rows.sort((a, b) => (counts ? a.key - b.key : a.key.localeCompare(b.key)) * (down ? -1 : 1));
      body.append(...rows.map((each) => each.row));
    });
  });
  const field = box.querySelector("input"), shown = box.querySelector("output");
  if (!field) continue;
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const each of rows) {
      each.row.hidden = !words.every((word) => each.text.includes(word));
      left += !each.row.hidden;
    }
    shown.textContent = words.length ? `${left} of ${rows.length}` : "";
  });
}
