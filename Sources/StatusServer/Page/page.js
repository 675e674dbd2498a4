// The script of the page: requests the page again, updates what changed, shows times as distances, and searches.
// Elements are updated in place, so that they stay open, focused or selected, and typed text is kept.
(() => {
  "use strict";
  const every = 3000, patience = 10000;
  const find = (id) => document.getElementById(id);

  // Times.

  let ahead = 0; // How far the server's clock is ahead of this one, in milliseconds.
  const units = [[86400, "d", 172800], [3600, "h", 7200], [60, "min", 60], [1, "s", 0]];
  const span = (seconds) => {
    const [size, unit] = units.find(([, , from]) => seconds >= from);
    return `${Math.floor(seconds / size)} ${unit}`;
  };
  // In the user's time zone and in UTC; only once if they are the same.
  const date = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium" });
  const zone = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });
  const moment = (iso) => {
    const at = new Date(iso), here = date.format(at);
    const utc = `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
    if (here === utc) return `${utc} UTC`;
    const name = zone.formatToParts(at).find(({ type }) => type === "timeZoneName").value;
    return `${here} ${name}, ${here.slice(0, 10) === utc.slice(0, 10) ? utc.slice(11) : utc} UTC`;
  };
  const tell = (time) => {
    const iso = time.dateTime;
    const seconds = (Date.now() + ahead - Date.parse(iso)) / 1000;
    const exact = moment(iso);
    const { tell: how } = time.dataset;
    let text;
    if (how === "since") text = `for ${span(Math.max(0, seconds))}`;
    else if (how === "due") text = seconds > -1 ? "now" : `in ${span(-seconds)}`;
    else if (seconds < -1) text = `in ${span(-seconds)}`;
    else text = seconds < 1 ? "just now" : `${span(seconds)} ago`;
    if ("exact" in time.dataset) text += ` (${exact})`;
    if (time.textContent !== text) time.textContent = text;
    if (time.title !== exact) time.title = exact;
  };
  const tick = () => document.querySelectorAll("time").forEach(tell);

  // The search: during typing, the page shows the matches, at an address that can be bookmarked.

  let typed = null;
  const search = () => {
    const fields = [...new FormData(find("filter"))].filter(([, value]) => value.trim());
    const address = `${new URLSearchParams(fields)}`;
    if (location.search.slice(1) === address) return;
    history.replaceState(null, "", address ? `?${address}` : location.pathname);
    tag = null;
    poll();
  };
  document.addEventListener("input", (event) => {
    if (event.target.id !== "filter-text") return;
    clearTimeout(typed);
    typed = setTimeout(search, 250);
  });

  // Attributes that the user or this script sets, which the server's page must not reset.
  const kept = new Set(["open", "hidden"]);

  // Makes an element like another, with as few changes as possible.
  const renew = (old, fresh) => {
    if (old.id === "trigger-result") return;
    for (const { name, value } of [...fresh.attributes]) {
      if (!kept.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    for (const { name } of [...old.attributes]) {
      if (!kept.has(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    const known = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
    let at = old.firstChild;
    for (const child of [...fresh.childNodes]) {
      let match = null;
      if (child.id) match = known.get(child.id);
      else if (at && !at.id && at.nodeName === child.nodeName) match = at;
      if (!match || match.nodeName !== child.nodeName) {
        old.insertBefore(document.importNode(child, true), at);
        continue;
      }
      if (match === at) at = at.nextSibling;
      else old.insertBefore(match, at);
      if (match.nodeType === Node.ELEMENT_NODE) renew(match, child);
      else if (match.data !== child.data) match.data = child.data;
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  };

  const show = (fresh) => {
    if (!fresh.querySelector("#verdict")) throw new Error("another page");
    const isOther = (name) => fresh.querySelector(name)?.textContent !== document.querySelector(name).textContent;
    // Reloads after an upgrade, but not repeatedly: during an upgrade, replicas of both versions may answer.
    const isFresh = performance.now() < 3 * patience;
    if (!isFresh && (isOther("style") || isOther("body > script"))) return location.reload();
    const focus = document.activeElement;
    const place = focus?.closest(".service")?.id;
    const opened = [...document.querySelectorAll("details[open]")].map(({ id }) => id);
    document.title = fresh.title;
    for (const name of ["link[rel=icon]", "#verdict", "main"]) {
      renew(document.querySelector(name), fresh.querySelector(name));
    }
    for (const id of opened) find(id)?.setAttribute("open", "");
    if (document.activeElement !== focus) {
      if (focus.isConnected) focus.focus();
      else if (place) find(place)?.firstElementChild.focus();
    }
    shown();
    tick();
  };

  // Requests to the daemon.

  const ask = async (address, headers) => {
    const answer = await fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(patience) });
    if (!answer.ok && answer.status !== 304) throw new Error(`${answer.status}`);
    return answer;
  };
  // The page is requested again if the address has changed meanwhile.
  const address = () => location.pathname + location.search;
  let tag = null, answered = new Date(), misses = 0, timer = null, isAsking = false;
  const report = () => {
    const line = find("offline"), isOffline = misses > 1;
    document.documentElement.classList.toggle("stale", isOffline);
    if (isOffline && line.hidden) {
      const time = document.createElement("time");
      time.dateTime = new Date(answered.getTime() + ahead).toISOString();
      time.dataset.tell = "since";
      line.replaceChildren("This daemon has not been reachable ", time, "; this is its last known status.");
      tell(time);
    }
    line.hidden = !isOffline;
  };
  const poll = async () => {
    if (isAsking) return;
    isAsking = true;
    clearTimeout(timer);
    const asked = address();
    try {
      const answer = await ask(asked, tag ? { "If-None-Match": tag } : {});
      const clock = Date.parse(answer.headers.get("Date")) - Date.now();
      ahead = Math.abs(clock) > 5000 ? clock : 0;
      if (answer.status !== 304) {
        const page = await answer.text();
        if (asked === address()) {
          show(new DOMParser().parseFromString(page, "text/html"));
          tag = answer.headers.get("ETag");
        }
      }
      answered = new Date();
      misses = 0;
    } catch {
      misses += 1;
    }
    report();
    isAsking = false;
    if (asked !== address()) return poll();
    if (!document.hidden) timer = setTimeout(poll, every);
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { tick(); poll(); } });

  // The button. Its form works without this script, except with a token, which is sent in a header.
  const shown = () => {
    const form = find("trigger");
    if (form) form.hidden = false;
  };
  document.addEventListener("submit", async (event) => {
    if (event.target.id === "filter") {
      event.preventDefault();
      search();
    }
    if (event.target.id !== "trigger") return;
    event.preventDefault();
    const button = event.target.querySelector("button"), token = find("trigger-token");
    const say = (text) => { find("trigger-result")?.replaceChildren(text); };
    button.disabled = true;
    try {
      const headers = token ? { Authorization: `Bearer ${token.value}` } : {};
      const answer = await fetch("reconcile", { method: "POST", headers, signal: AbortSignal.timeout(patience) });
      const { pass, error } = await answer.json();
      say(answer.ok ? `Pass ${pass} was requested.` : `Refused: ${error}.`);
      if (answer.ok) setTimeout(() => say(""), patience);
    } catch {
      say("This daemon cannot be reached.");
    }
    button.disabled = false;
    poll();
  });

  // A link to a service opens its details.
  const follow = () => {
    const target = find(location.hash.slice(1));
    if (target?.matches("details")) target.open = true;
  };
  addEventListener("hashchange", follow);

  shown();
  tick();
  follow();
  setInterval(() => { if (!document.hidden) tick(); }, 1000);
  poll();
})();
