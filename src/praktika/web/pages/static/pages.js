"use strict";
// Renews what is marked as live with the server's own markup, and reads logs on as they grow.

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const seen = () => document.visibilityState === "visible";

async function renew() {
  for (;;) {
    const old = document.getElementById("live");
    const period = Number(old?.dataset.live);
    if (!period) return;
    await pause(period);
    if (!seen() || old.contains(document.activeElement)) continue;
    try {
      const answer = await fetch(location.href, { redirect: "error" });
      if (!answer.ok) continue;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("live");
      if (!fresh || fresh.outerHTML === old.outerHTML) continue;
      old.replaceWith(document.importNode(fresh, true));
      document.title = page.title;
      document.querySelector("h1").textContent = page.querySelector("h1").textContent;
    } catch {
      // The server is away; it is asked again.
    }
  }
}

async function follow(place) {
  const decoder = new TextDecoder();
  const piece = 1 << 20;
  let at = 0;
  for (;;) {
    let more = false;
    try {
      // From the last byte that is known on, so that there always is something to get.
      const start = Math.max(0, at - 1);
      const range = `bytes=${start}-${start + piece - 1}`;
      const answer = await fetch(place.dataset.log, { headers: { Range: range }, redirect: "error" });
      if (answer.status === 206 || answer.status === 200) {
        const bytes = new Uint8Array(await answer.arrayBuffer()).subarray(at - start);
        const isLow = innerHeight + scrollY >= document.documentElement.scrollHeight - 40;
        at += bytes.length;
        place.append(decoder.decode(bytes, { stream: true }));
        if (isLow) scrollTo(0, document.documentElement.scrollHeight);
        more = at - start === piece;
      }
    } catch {
      // The server is away; it is asked again.
    }
    if (!more) await pause(seen() ? 1 : 5);
  }
}

renew();
// A link to a job in a report comes back to that job after logging in.
const next = document.querySelector("input[name=next]");
if (next) next.value += location.hash;
const log = document.getElementById("log");
if (log) follow(log);
// Whoever reads without a token, and logs in to press a button, comes back to it.
const login = document.querySelector("nav a[href='/login']");
if (login && location.pathname !== "/login") {
  login.search = new URLSearchParams({ next: location.pathname });
}
