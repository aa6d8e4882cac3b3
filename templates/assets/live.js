// What pages gain with a script: a colour scheme that is remembered, a time slider that asks at once,
// and matrices that follow a campaign as it runs. Every page is whole without it.

const root = document.documentElement;
const schemes = ["auto", "light", "dark"];

function remembered() {
  try {
    const found = localStorage.getItem("theme");
    return schemes.includes(found) ? found : "auto";
  } catch {
    return "auto"; // storage is forbidden here
  }
}

function wear(scheme) {
  if (scheme === "auto") delete root.dataset.theme;
  else root.dataset.theme = scheme;
}

function themes() {
  const choice = document.getElementById("theme");
  if (!choice) return;
  choice.value = remembered();
  choice.closest("[hidden]")?.removeAttribute("hidden");
  choice.addEventListener("change", () => {
    wear(choice.value);
    try {
      localStorage.setItem("theme", choice.value);
    } catch {
      // storage is forbidden here: the choice lasts for this page
    }
  });
}

function slider() {
  const range = document.querySelector("input[data-submits]");
  if (!range) return;
  const text = document.getElementById("at-text");
  range.addEventListener("input", () => {
    const moment = range.list?.options[Number(range.value) - 1]?.label ?? "";
    range.setAttribute("aria-valuetext", moment);
    if (text) text.value = moment;
  });
  range.addEventListener("change", () => range.form.requestSubmit());
}

// Replaces the cell by what was sent, without losing the focus of whoever stands on it.
function swap(cell) {
  const old = document.getElementById(`cell:${cell.guest}:${cell.source}:${cell.target}`);
  if (!old) return;
  const holder = document.createElement("template");
  holder.innerHTML = `<table><tbody><tr>${cell.html}</tr></tbody></table>`;
  const fresh = holder.content.querySelector("td");
  if (!fresh || fresh.id !== old.id) return;
  const held = old.contains(document.activeElement);
  fresh.classList.add("swapped");
  old.replaceWith(fresh);
  if (held) fresh.querySelector("a")?.focus();
}

function live() {
  const section = document.getElementById("live");
  if (!section || !("EventSource" in window)) return;
  const [state, last, pause] = ["live-state", "live-last", "pause"].map((id) => document.getElementById(id));
  const bar = document.getElementById("progress");
  const barText = document.getElementById("progress-text");
  const waiting = new Map(); // cells that changed while the page is held, the latest of each
  let source = null;
  let summary = null; // one announcement for all that changes within two seconds
  let changed = 0;

  const isPaused = () => pause.getAttribute("aria-pressed") === "true";

  function tell() {
    state.textContent = isPaused() ? "Paused: cells stay as they are until you go on." : "Following the campaign as it runs.";
  }

  function announce(text) {
    changed += 1;
    if (summary) {
      summary.text = text;
      return;
    }
    summary = { text };
    setTimeout(() => {
      last.textContent = changed > 1 ? `${changed} cells changed; the latest: ${summary.text}` : summary.text;
      summary = null;
      changed = 0;
    }, 2000);
  }

  function show(cell) {
    swap(cell);
    announce(cell.text);
  }

  function listen() {
    source = new EventSource(section.dataset.events);
    source.addEventListener("open", tell);
    source.addEventListener("error", () => {
      const closed = source.readyState === EventSource.CLOSED;
      state.textContent = closed ? "The connection was lost; trying again in ten seconds." : "The connection was lost; trying again.";
      if (closed) setTimeout(listen, 10000); // a browser that was refused does not try again by itself
    });
    source.addEventListener("cell", (event) => {
      const cell = JSON.parse(event.data);
      if (isPaused()) waiting.set(`${cell.guest}:${cell.source}:${cell.target}`, cell);
      else show(cell);
    });
    source.addEventListener("progress", (event) => {
      const progress = JSON.parse(event.data);
      bar.max = progress.planned;
      bar.value = progress.done;
      barText.textContent = progress.text;
    });
    source.addEventListener("reset", () => location.reload()); // something was missed: look anew
    source.addEventListener("end", () => {
      source.close();
      state.textContent = "The campaign has ended.";
      pause.closest("p").hidden = true;
      waiting.forEach(show);
    });
  }

  pause.addEventListener("click", () => {
    pause.setAttribute("aria-pressed", String(!isPaused()));
    tell();
    if (!isPaused()) {
      waiting.forEach(show);
      waiting.clear();
    }
  });
  document.getElementById("live-control").hidden = false;
  listen();
  addEventListener("pagehide", () => source.close());
}

wear(remembered());

function start() {
  themes();
  slider();
  live();
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
