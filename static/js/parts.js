// Answers that leave out what the page has already (app/platform/parts.py): an element with data-parts is put together
// from its children in the answer. A part is named by a digest of what it holds; one of the same name stays as it is, and
// so does whatever is alike. The rest is new. With "open" stays open what the reader has opened.

/** So many names go into a head that every server in between lets through; what is not named comes once more. */
const MOST = 460;

/** The names of the parts on the page, for the head of a request. */
export function named(root) {
  return [...root.querySelectorAll("[data-part]")].slice(0, MOST).map((one) => one.dataset.part).join(" ");
}

/** Put an answer into the place of what stands in root; gives the elements that are new. */
export function merge(root, answer) {
  const there = new Map();
  for (const one of root.querySelectorAll("[data-part]")) {
    there.set(one.dataset.part, [...(there.get(one.dataset.part) ?? []), one]);
  }
  const fresh = [];
  const focused = document.activeElement;
  fill(root, answer, there, fresh);
  // What is new or has moved loses the focus.
  if (focused?.id && document.activeElement !== focused) document.getElementById(focused.id)?.focus();
  return fresh;
}

function fill(old, answer, there, fresh) {
  // Of two that are alike each has its own.
  const wanted = new Set();
  for (const child of [...answer.children]) wanted.add(settled(child, old, wanted, there, fresh));
  // What goes is taken out first: else all that stands behind it would be moved, and laid out again.
  for (const one of [...old.children]) if (!wanted.has(one)) one.remove();
  let next = old.firstElementChild;
  for (const one of wanted) {
    if (one === next) next = next.nextElementSibling;
    else old.insertBefore(one, next);
  }
}

function settled(child, old, taken, there, fresh) {
  const { known, part } = child.dataset;
  if (known ?? part) {
    const same = there.get(known ?? part)?.shift();
    if (same) return same;
    if (known) throw new Error(`The page has no part ${known}.`);
  } else if (child.id && "parts" in child.dataset) {
    const same = document.getElementById(child.id);
    if (same && "parts" in same.dataset) {
      take(same, child);
      fill(same, child, there, fresh);
      return same;
    }
    fill(child, child, there, fresh);
  } else {
    const same = [...old.children].find((one) => !taken.has(one) && one.isEqualNode(child));
    if (same) return same;
  }
  fresh.push(child);
  return child;
}

function take(old, answer) {
  for (const { name } of [...old.attributes]) if (!answer.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  for (const { name, value } of answer.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

window.htmx.defineExtension("parts", {
  isInlineSwap: () => false,
  handleSwap(style, target, answer) {
    if (style !== "parts") return false;
    try {
      return merge(target, answer);
    } catch (error) {
      // Only a page of another version has other parts than it said.
      location.reload();
      return [];
    }
  },
});
