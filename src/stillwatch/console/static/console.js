// Keys, and a list that follows. Pages work without it.
"use strict";
(() => {
  const get = (id) => document.getElementById(id);
  const rows = [...document.querySelectorAll("[data-row]")];
  let at = -1, going = false, on = localStorage.getItem("stillwatch-keys") !== "off";

  const here = (next) => {
    if (!rows.length) return;
    if (rows[at]) rows[at].classList.remove("here");
    at = Math.max(0, Math.min(rows.length - 1, next));
    rows[at].classList.add("here");
    const link = rows[at].querySelector("a");
    if (link) link.focus();
    rows[at].scrollIntoView({ block: "nearest" });
  };
  const typing = (e) => e.target.closest("input, textarea, select, dialog");

  // Single keys can be switched off (WCAG 2.1.4): speech input types them by accident.
  const toggle = get("keys");
  const show = () => { toggle.textContent = on ? "Keys are on" : "Keys are off"; toggle.setAttribute("aria-pressed", String(on)); };
  if (toggle) {
    toggle.hidden = false;
    show();
    toggle.addEventListener("click", () => { on = !on; localStorage.setItem("stillwatch-keys", on ? "on" : "off"); show(); });
  }

  document.addEventListener("keydown", (e) => {
    if (!on || e.ctrlKey || e.metaKey || e.altKey || typing(e)) return;
    if (going) {
      going = false;
      const link = document.querySelector(`[data-go="${CSS.escape(e.key)}"]`);
      if (link) { e.preventDefault(); link.click(); }
      return;
    }
    if (e.key === "j") here(at + 1);
    else if (e.key === "k") here(at - 1);
    else if (e.key === "g") going = true;
    else if (e.key === "?") get("help").showModal();
    else if (e.key === "/") { get("q").focus(); }
    else {
      const wanted = document.querySelector(`[data-key="${CSS.escape(e.key)}"]`);
      if (!wanted) return;
      if (wanted.matches("textarea, input")) wanted.focus(); else wanted.click();
    }
    e.preventDefault();
  });

  const follow = get("follow");
  if (follow) {
    let timer = 0;
    follow.hidden = false;
    follow.addEventListener("click", () => {
      const started = follow.getAttribute("aria-pressed") !== "true";
      follow.setAttribute("aria-pressed", String(started));
      follow.textContent = started ? "Stop following" : "Follow";
      if (!started) { clearInterval(timer); return; }
      timer = setInterval(async () => {
        const answer = await fetch(location.href, { headers: { accept: "text/html" } });
        if (!answer.ok || answer.redirected) { follow.click(); return; }
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("tail");
        if (fresh) get("tail").replaceChildren(...fresh.childNodes);
      }, 3000);
    });
  }
})();
