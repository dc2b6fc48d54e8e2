// 数字键: 1 to 9 press what carries that number, on other pages the outcome of that place; never while somebody types.
(() => {
  const marked = [...document.querySelectorAll("[data-key]")].map((one) => [one.dataset.key, one]);
  const outcomes = [...document.querySelectorAll("[name=outcome]")].map((one, place) => [String(place + 1), one]);
  const keys = new Map(marked.length ? marked : outcomes.slice(0, 9));
  keys.forEach((target, key) => {
    const hint = document.createElement("kbd");
    hint.textContent = key;
    hint.setAttribute("aria-hidden", "true");
    target.setAttribute("aria-keyshortcuts", key);
    (target.labels ? target.labels[0] || target : target).prepend(hint);
  });
  const types = "textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox]):not([type=submit])";
  document.addEventListener("keydown", (press) => {
    if (press.ctrlKey || press.altKey || press.metaKey || press.shiftKey || press.isComposing || press.repeat) return;
    const target = keys.get(press.key);
    if (!target || press.target.closest(types)) return;
    press.preventDefault();
    target.focus();
    target.click();
  });
})();
