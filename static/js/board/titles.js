// Titles that have too little room end after a word: what is left over stays in the page for whoever listens. All are
// measured before any is changed, for each change of one makes the browser lay the page out again.

function clip(one) {
  const whole = one.textContent;
  const words = whole.split(" ");
  const more = Object.assign(document.createElement("span"), { className: "more", ariaHidden: "true" });
  const rest = Object.assign(document.createElement("span"), { className: "off-screen" });
  for (let n = words.length - 1; n > 0; n -= 1) {
    rest.textContent = ` ${words.slice(n).join(" ")}`;
    one.replaceChildren(words.slice(0, n).join(" "), more, rest);
    if (one.scrollHeight <= one.clientHeight) return;
  }
  one.replaceChildren(whole);
}

function clipAll(titles) {
  for (const one of titles) if (one.childElementCount) one.replaceChildren(one.textContent);
  titles.filter((one) => one.scrollHeight > one.clientHeight).forEach(clip);
}

const titles = () => [...document.querySelectorAll("[data-clip]")];
const measured = new WeakSet();
const measure = (some) => {
  clipAll(some);
  some.forEach((one) => measured.add(one));
};
let width = window.innerWidth;
document.fonts.ready.then(() => measure(titles()));
document.addEventListener("htmx:afterSettle", () => measure(titles().filter((one) => !measured.has(one))));
window.addEventListener("resize", () => {
  if (window.innerWidth === width) return;
  width = window.innerWidth;
  measure(titles());
});
