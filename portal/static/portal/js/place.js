// Keeps the block last in sight, so that the lesson opens there on another device.
const lesson = document.querySelector("[data-lesson]");

if (lesson) {
  const token = lesson.querySelector("[name=csrfmiddlewaretoken]").value;
  const { place, placeUrl } = lesson.dataset;
  let seen = "";
  let sent = place;

  if (place && !location.hash) {
    document.getElementById(place)?.scrollIntoView({ block: "start" });
  }

  const send = () => {
    if (!seen || seen === sent) return;
    sent = seen;
    fetch(placeUrl, {
      method: "POST",
      headers: { "X-CSRFToken": token },
      body: new URLSearchParams({ block: seen }),
      keepalive: true,
    });
  };

  const watcher = new IntersectionObserver(
    (entries) => {
      const entry = entries.find((each) => each.isIntersecting);
      if (entry) seen = entry.target.id;
    },
    { rootMargin: "-20% 0px -60% 0px" },
  );
  lesson.querySelectorAll("[id^='b-']").forEach((block) => watcher.observe(block));
  setInterval(send, 5000);
  document.addEventListener("visibilitychange", () => document.hidden && send());
  addEventListener("pagehide", send);
}
