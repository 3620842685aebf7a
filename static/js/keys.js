// Security keys: the server says what to ask for, the browser asks the key, the form carries the answer.

const LETTERS = { "-": "+", _: "/" };

function bytes(text) {
  const plain = atob(text.replace(/[-_]/g, (letter) => LETTERS[letter]));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function named(list) {
  return (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}

async function made(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: named(options.excludeCredentials),
  };
  const found = await navigator.credentials.create({ publicKey });
  return { found, response: { attestationObject: text(found.response.attestationObject) } };
}

async function signed(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: named(options.allowCredentials),
  };
  const found = await navigator.credentials.get({ publicKey });
  const { authenticatorData, signature, userHandle } = found.response;
  const response = { authenticatorData: text(authenticatorData), signature: text(signature) };
  if (userHandle) response.userHandle = text(userHandle);
  return { found, response };
}

async function answerOf(address) {
  const told = await fetch(address, { method: "POST" });
  if (!told.ok || told.redirected) throw new Error("no challenge");
  const options = await told.json();
  const { found, response } = await (options.user ? made(options) : signed(options));
  response.clientDataJSON = text(found.response.clientDataJSON);
  return JSON.stringify({ id: found.id, rawId: text(found.rawId), type: found.type, response });
}

function watch(form) {
  const failed = form.querySelector("[data-key-failed]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      form.elements.answer.value = await answerOf(form.dataset.key);
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
}

if (window.PublicKeyCredential) {
  for (const none of document.querySelectorAll("[data-key-none]")) none.hidden = true;
  for (const form of document.querySelectorAll("form[data-key]")) watch(form);
}
