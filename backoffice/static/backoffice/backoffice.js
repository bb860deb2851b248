// The frame's few movements: the navigation on phones, menus that close, names of columns for lists on phones.
"use strict";
{
  const toggle = document.querySelector(".nav-toggle");
  const nav = document.getElementById("nav");

  function openNav(open) {
    document.body.classList.toggle("nav-open", open);
    toggle.setAttribute("aria-expanded", String(open));
    if (open) nav.querySelector("a").focus();
  }

  if (toggle && nav) {
    toggle.addEventListener("click", () => openNav(toggle.getAttribute("aria-expanded") === "false"));
    document.querySelector(".nav-shade").addEventListener("click", () => openNav(false));
    nav.addEventListener("focusout", (event) => {
      if (document.body.classList.contains("nav-open") && event.relatedTarget && !nav.contains(event.relatedTarget)) {
        openNav(false);
      }
    });
  }

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (menu !== except) menu.open = false;
    });
  }

  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (document.body.classList.contains("nav-open")) {
      openNav(false);
      toggle.focus();
    }
  });

  // On a phone each row of a list is a card: the head of the table is out of sight, so each value says what it is.
  function nameColumns() {
    document.querySelectorAll("table.cards, .inline-group table").forEach((table) => {
      const names = Array.from(table.querySelectorAll("thead :is(th, td)"), (cell) => cell.textContent.trim());
      table.querySelectorAll("tbody tr").forEach((row) => {
        Array.from(row.children).forEach((cell, index) => {
          if (names[index] && !cell.matches(".action-checkbox, .original")) cell.dataset.label = names[index];
        });
      });
    });
  }
  nameColumns();
  document.addEventListener("live:swapped", nameColumns); // rows that came later

  // Files: the names of what was chosen stand beside our own button.
  document.documentElement.classList.add("js");
  document.addEventListener("change", ({ target }) => {
    const names = target.type === "file" && target.closest(".file-picker")?.querySelector(".file-names");
    if (names) names.textContent = Array.from(target.files, (file) => file.name).join(" · ");
  });

  // What is missing or wrong is said in the page's language, not in the browser's.
  function wordsFor({ validity, type }) {
    const { missing, wrong, wrongEmail } = document.body.dataset;
    if (validity.valueMissing) return missing;
    return type === "email" && validity.typeMismatch ? wrongEmail : wrong;
  }
  document.addEventListener("invalid", ({ target }) => target.setCustomValidity(wordsFor(target)), true);
  document.addEventListener("input", ({ target }) => target.setCustomValidity?.(""), true);
  document.addEventListener("change", ({ target }) => target.setCustomValidity?.(""), true);

  // What was refused shows itself: the page stands at the first field that is wrong, else at the reason.
  const wrong = document.querySelector("main [aria-invalid=true]:not([type=hidden])");
  const reason = wrong ?? document.querySelector("main .errornote:not([hidden], .sample)");
  if (reason) {
    if (!wrong) reason.tabIndex = -1;
    reason.focus({ preventScroll: true });
    reason.scrollIntoView({ block: "center" });
  }

  // Tables and long addresses may be wider than the page: let the keyboard scroll what the finger can.
  document.querySelectorAll(".results").forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  });
}
