// Followers: asks the server every two seconds whether another slide was shown. The page works without the network
// for as long as it is away; when the meeting is closed, what was shown is taken off the screen.
(() => {
  const body = document.body;
  const slides = document.getElementById("slides");
  const state = document.getElementById("state");
  const again = document.getElementById("again");
  if (!slides) return;
  let seen = Number(body.dataset.shown), lost = 0, looking = false;
  const say = (name) => {
    state.textContent = name ? body.dataset[name] : "";
    state.hidden = !name;
  };
  const atEnd = () => window.innerHeight + window.scrollY >= document.body.scrollHeight - 120;
  const put = (told) => {
    const follow = !looking || atEnd();
    slides.innerHTML = told.html;
    const now = slides.querySelector("[data-now]");
    again.hidden = follow || !now;
    if (follow && now) now.scrollIntoView({ block: "start" });
  };
  const close = () => {
    slides.innerHTML = "";
    again.hidden = true;
    say("closed");
  };
  again.addEventListener("click", () => {
    looking = false;
    const now = slides.querySelector("[data-now]");
    if (now) now.scrollIntoView({ block: "start" });
    again.hidden = true;
  });
  window.addEventListener("touchmove", () => { looking = true; }, { passive: true });
  window.addEventListener("wheel", () => { looking = true; }, { passive: true });
  const ask = async () => {
    let wait = 2000 + Math.random() * 600;
    try {
      const answer = await fetch(`${body.dataset.state}&after=${seen}`, { cache: "no-store" });
      if (answer.status === 410) return close();
      if (answer.status === 429) wait = 15000;
      else if (!answer.ok) throw new Error(String(answer.status));
      else {
        const told = await answer.json();
        if (lost) say("");
        lost = 0;
        if (told.shown !== seen) {
          seen = told.shown;
          put(told);
        }
      }
    } catch (away) {
      lost += 1;
      if (lost > 2) say("lost");
      wait = Math.min(2000 * lost, 10000);
    }
    setTimeout(ask, wait);
  };
  const now = slides.querySelector("[data-now]");
  if (now) now.scrollIntoView({ block: "start" });
  setTimeout(ask, 1500);
})();
