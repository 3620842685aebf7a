// A table to type into as in a spreadsheet: arrows and Enter move, a pasted block fills cells, Ctrl and D copies from above.

function watchSheet() {
  const sheet = document.querySelector("[data-sheet]");
  if (!sheet) return;
  const rows = () => [...sheet.tBodies[0].rows];
  const cells = (row) => [...row.querySelectorAll("input, select")];
  document.querySelector("[data-sheet-keys]")?.removeAttribute("hidden");

  function placeOf(control) {
    const row = control.closest("tr");
    return [rows().indexOf(row), cells(row).indexOf(control)];
  }
  function moveTo(row, column) {
    const target = rows()[row] && cells(rows()[row])[column];
    if (!target) return false;
    target.focus();
    target.select?.();
    return true;
  }
  function atEdge(control, isStart) {
    if (control.type === "email" || control.tagName === "SELECT") return false;
    const at = isStart ? control.selectionStart : control.selectionEnd;
    return control.selectionStart === control.selectionEnd && at === (isStart ? 0 : control.value.length);
  }
  function fill(control, text) {
    if (control.tagName !== "SELECT") {
      control.value = text;
      return;
    }
    const wanted = text.trim().toLowerCase();
    const found = [...control.options].find((one) => one.value === wanted || one.text.trim().toLowerCase() === wanted);
    if (found) control.value = found.value;
  }
  function addRow() {
    const last = rows().at(-1);
    const number = rows().length;
    const row = last.cloneNode(true);
    row.id = `row-${number}`;
    row.classList.remove("faulty");
    row.querySelector("th").textContent = number + 1;
    for (const wrong of row.querySelectorAll(".error")) wrong.remove();
    for (const control of cells(row)) {
      control.name = control.name.replace(/^member-\d+/, `member-${number}`);
      control.setAttribute("aria-label", control.getAttribute("aria-label").replace(/\d+$/, number + 1));
      control.removeAttribute("aria-invalid");
      control.removeAttribute("aria-describedby");
      if (control.tagName !== "SELECT") control.value = "";
    }
    sheet.tBodies[0].append(row);
  }

  sheet.addEventListener("keydown", (event) => {
    const control = event.target.closest("input, select");
    if (!control || event.isComposing) return;
    const [row, column] = placeOf(control);
    const isList = control.tagName === "SELECT";
    const isMirrored = getComputedStyle(sheet).direction === "rtl";
    if (event.ctrlKey && event.key.toLowerCase() === "d" && row > 0) {
      event.preventDefault();
      control.value = cells(rows()[row - 1])[column].value;
    } else if (event.key === "Enter" && !isList) {
      event.preventDefault();
      if (!rows()[row + 1]) addRow();
      moveTo(row + 1, column);
    } else if (event.key === "ArrowDown" && !isList) {
      if (moveTo(row + 1, column)) event.preventDefault();
    } else if (event.key === "ArrowUp" && !isList) {
      if (moveTo(row - 1, column)) event.preventDefault();
    } else if (event.key === "ArrowLeft" && atEdge(control, !isMirrored)) {
      if (moveTo(row, column + (isMirrored ? 1 : -1))) event.preventDefault();
    } else if (event.key === "ArrowRight" && atEdge(control, isMirrored)) {
      if (moveTo(row, column + (isMirrored ? -1 : 1))) event.preventDefault();
    }
  });

  sheet.addEventListener("paste", (event) => {
    const control = event.target.closest("input, select");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!control || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const [row, column] = placeOf(control);
    const lines = text.replace(/\r/g, "").replace(/\n$/, "").split("\n");
    lines.forEach((line, down) => {
      while (!rows()[row + down]) addRow();
      line.split("\t").forEach((cell, along) => {
        const target = cells(rows()[row + down])[column + along];
        if (target) fill(target, cell.trim());
      });
    });
    moveTo(row + lines.length - 1, column);
  });
}

watchSheet();
