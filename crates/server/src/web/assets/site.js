// Small help for those who have JavaScript; every page works without it. It makes no markup from text.
(() => {
  "use strict";
  const root = document.documentElement;
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const apply = (theme) => { if (theme === "light" || theme === "dark") root.dataset.theme = theme; else delete root.dataset.theme; };
  // Before the first paint: this script is loaded in the head.
  apply(stored());

  const themes = () => {
    const box = document.querySelector("[data-themes]");
    if (!box) return;
    const show = () => { for (const button of box.children) button.setAttribute("aria-pressed", String(button.value === (root.dataset.theme || "system"))); };
    box.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      apply(button.value);
      try { localStorage.setItem("theme", button.value); } catch { /* then it holds for this page alone */ }
      show();
    });
    show();
    box.hidden = false;
  };

  const copies = () => {
    if (!navigator.clipboard) return;
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        const text = document.getElementById(button.dataset.copy)?.textContent ?? "";
        const before = button.textContent;
        try { await navigator.clipboard.writeText(text); button.textContent = "Copied"; } catch { button.textContent = "Press Ctrl+C"; }
        setTimeout(() => { button.textContent = before; }, 1600);
      });
    }
  };

  const keys = (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
      return;
    }
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    const search = document.querySelector("[data-search]");
    if (search) { event.preventDefault(); search.focus(); }
  };

  // A second press of a button must not send a form twice.
  const once = (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  };

  document.addEventListener("DOMContentLoaded", () => {
    themes();
    copies();
    document.addEventListener("keydown", keys);
    document.addEventListener("submit", once);
    document.addEventListener("click", (event) => {
      for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    });
    document.querySelector("[data-focus]")?.focus();
  });
})();
