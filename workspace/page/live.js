// Keeps the page in step with the workspace. Without it everything still works, one reload at a time.
"use strict";

const PARTS = ["sidebar", "messages", "thread", "home"];
const BUSY = ":is(input, select, textarea):focus, :is(.switcher, .overflow)[open]"; // somebody is using it

document.documentElement.classList.add("js");
scrollToEnd();
new EventSource("/events").addEventListener("change", refresh);

let running = false;
let again = false;

async function refresh() {
  if (running) { again = true; return; }
  running = true;
  try {
    const response = await fetch(location.href, { headers: { "X-Refresh": "1" } });
    const news = new DOMParser().parseFromString(await response.text(), "text/html");
    PARTS.forEach((id) => replacePart(id, news));
    replaceModal(news);
  } finally {
    running = false;
  }
  if (again) { again = false; refresh(); }
}

function replacePart(id, news) {
  const old = document.getElementById(id);
  const fresh = news.getElementById(id);
  if (!old || !fresh || old.innerHTML === fresh.innerHTML || old.querySelector(BUSY)) return;
  const atEnd = old.scrollHeight - old.scrollTop - old.clientHeight < 80;
  const top = old.scrollTop;
  old.replaceWith(fresh);
  fresh.scrollTop = atEnd && fresh.classList.contains("scroll") ? fresh.scrollHeight : top;
}

// A modal somebody is typing in is left alone until the app changes it.
function replaceModal(news) {
  const hash = (page) => page.querySelector("#modal form")?.dataset.hash;
  if (hash(document) !== hash(news)) document.getElementById("modal").replaceWith(news.getElementById("modal"));
}

function scrollToEnd() {
  document.querySelectorAll(".scroll").forEach((pane) => { pane.scrollTop = pane.scrollHeight; });
}

// A menu sends its choice at once; a risky button asks first.
document.addEventListener("change", (event) => {
  event.target.closest(".dispatching")?.querySelector(".send")?.click();
});
document.addEventListener("click", (event) => {
  const question = event.target.closest("[data-confirm]")?.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

// Typing a slash opens the list of commands; a click on one writes it.
document.addEventListener("input", (event) => {
  const hints = event.target.closest(".composer")?.querySelector(".hints");
  if (hints) hints.open = event.target.value.startsWith("/") && !event.target.value.includes(" ");
});
document.addEventListener("click", (event) => {
  const command = event.target.closest(".hints li")?.querySelector("[data-command]");
  if (!command) return;
  const box = command.closest(".composer").querySelector("input[name=text]");
  box.value = `${command.dataset.command} `;
  command.closest(".hints").open = false;
  box.focus();
});
