// Drop files anywhere on the page, or choose them: each is streamed to the server, with its
// progress, and Python hears which have arrived.
//
// The uploads live on the window, so that they go on while other pages are shown. A folder travels
// as one ZIP that is put together here without packing: the same folder is the same file everywhere.

const PATIENCE = 8000; // ms after which arrivals that Python has not dealt with are told again
const LIT = 200; // ms after the last dragover until nothing is dragged any more
const JUNK = /^(\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)/;

export function size(bytes) {
  let unit = 0;
  while (bytes >= 1000 && unit < 3) { bytes /= 1000; unit += 1; }
  return `${unit ? Number(bytes.toPrecision(3)) : bytes} ${["bytes", "kB", "MB", "GB"][unit]}`;
}

function element(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
}

// --- a folder as a ZIP ---------------------------------------------------------------------------

const MOST_FILES = 65_000; // a ZIP of the plain form holds no more

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

/** The checksum of a file that is read piece by piece. */
async function checksum(file, heard) {
  let sum = 0xffffffff;
  const reader = file.stream().getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    for (const byte of part.value) sum = CRC[(sum ^ byte) & 255] ^ (sum >>> 8);
    heard(part.value.length);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** A header of a ZIP: numbers as [bytes, value], then the name. */
function header(numbers, name) {
  const bytes = new Uint8Array(numbers.reduce((n, [width]) => n + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of numbers) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return new Blob([bytes, name]);
}

/** `files` as {path, file}: one ZIP, by path, of one date, so that equal folders are equal files. */
export async function zip(files, heard = () => {}) {
  const parts = [], index = [];
  let offset = 0;
  for (const { path, file } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = new TextEncoder().encode(path);
    const sum = await checksum(file, heard);
    const about = [[2, 20], [2, 0x0800], [2, 0], [2, 0], [2, 33], [4, sum], [4, file.size], [4, file.size], [2, name.length], [2, 0]];
    const local = header([[4, 0x04034b50], ...about], name);
    parts.push(local, file);
    index.push(header([[4, 0x02014b50], [2, 20], ...about, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]], name));
    offset += local.size + file.size;
  }
  const length = index.reduce((n, part) => n + part.size, 0);
  const end = header([[4, 0x06054b50], [2, 0], [2, 0], [2, index.length], [2, index.length], [4, length], [4, offset], [2, 0]], "");
  return new Blob([...parts, ...index, end]);
}

/** All files below a dropped folder. */
async function below(entry, path = "") {
  if (JUNK.test(entry.name)) return [];
  if (entry.isFile) {
    const file = await new Promise((good, bad) => entry.file(good, bad));
    return [{ path: `${path}${entry.name}`.normalize("NFC"), file }];
  }
  const reader = entry.createReader(), found = [];
  for (;;) { // a browser tells a hundred at a time
    const some = await new Promise((good, bad) => reader.readEntries(good, bad));
    if (!some.length || found.length > MOST_FILES) return found;
    for (const inner of some) found.push(...await below(inner, `${path}${entry.name}/`));
  }
}

// --- the uploads of a page -----------------------------------------------------------------------

class Uploads {
  constructor() {
    this.client = Math.random().toString(36).slice(2);
    this.items = []; // on screen: those that wait, go, or could not be sent
    this.rows = []; // arrived, and Python has not dealt with them yet
    this.count = 0;
    this.tell = () => {};
    addEventListener("beforeunload", (event) => { if (this.going) event.preventDefault(); });
  }

  /** A file, or a folder as what is in it. */
  add(name, content) {
    const item = { name, content, sent: 0, total: 0, error: "" };
    item.row = this.draw(item);
    this.items.push(item);
    this.list?.append(item.row.line);
    this.next();
  }

  draw(item) {
    const line = element("li"), name = element("b", { title: item.name }, item.name), said = element("span");
    const bar = element("progress", { max: 1, "aria-label": `Upload of ${item.name}` });
    const again = element("button", { type: "button" }, "Try again");
    const stop = element("button", { type: "button" }, "Cancel");
    again.onclick = () => { item.error = ""; this.next(); };
    stop.onclick = () => this.remove(item);
    line.append(name, said, bar, again, stop);
    return { line, name, said, bar, again, stop };
  }

  show(item) {
    const { said, bar, again, stop, line } = item.row;
    const share = item.total ? item.sent / item.total : 0;
    line.classList.toggle("lwd-failed", Boolean(item.error));
    bar.value = share;
    bar.hidden = again.hidden = Boolean(item.error);
    again.hidden = !item.error || item.refused;
    stop.textContent = item.error ? "Dismiss" : "Cancel";
    stop.setAttribute("aria-label", `${stop.textContent} ${item.name}`);
    const whole = item.does === "sent" && share >= 1 ? ", the server keeps it …" : "";
    said.textContent = item.error || (!item.total ? "waits" : `${item.does} ${size(item.sent)} of ${size(item.total)}${whole}`);
    if (item.error) said.setAttribute("role", "alert");
    else said.removeAttribute("role");
  }

  remove(item) {
    item.gone = true;
    item.request?.abort();
    this.items = this.items.filter((other) => other !== item);
    item.row.line.remove();
    this.next();
  }

  fail(item, error, refused = false) {
    Object.assign(item, { error, refused, total: 0, sent: 0 });
    this.show(item);
  }

  /** One after the other: each gets the whole line. */
  async next() {
    for (const item of this.items) this.show(item);
    if (this.going) return;
    const item = this.items.find((other) => !other.error);
    if (!item) return;
    this.going = item;
    try {
      const file = item.content instanceof Blob ? item.content : await this.pack(item);
      const arrived = file && !item.gone && await this.send(item, file);
      if (arrived && !item.gone) {
        this.rows.push({ n: ++this.count, ...arrived });
        this.remove(item);
        this.tell();
      }
    } catch {
      if (!item.gone) this.fail(item, "The files cannot be read. Were they moved or changed?");
    }
    this.going = null;
    this.next();
  }

  async pack(item) {
    const files = item.content;
    if (!files.length) return this.fail(item, "The folder is empty.", true);
    if (files.length > MOST_FILES) return this.fail(item, `The folder has more than ${MOST_FILES.toLocaleString("en")} files. Pack it as a ZIP and drop that.`, true);
    item.total = files.reduce((n, { file }) => n + file.size, 0);
    if (item.total > this.limit) return this.fail(item, this.tooLarge, true);
    item.does = "read";
    const packed = await zip(files, (bytes) => {
      if (item.gone) throw new Error("cancelled");
      item.sent += bytes;
      this.show(item);
    });
    item.sent = 0;
    return packed;
  }

  /** What the server answers of the file; null where it was not taken, which is then said. */
  send(item, file) {
    if (!file.size) return this.fail(item, "The file is empty.", true);
    if (file.size > this.limit) return this.fail(item, this.tooLarge, true);
    Object.assign(item, { total: file.size, does: "sent" });
    this.show(item);
    return new Promise((done) => {
      const request = (item.request = new XMLHttpRequest());
      request.open("POST", `${this.address}?name=${encodeURIComponent(item.name)}`);
      request.setRequestHeader("X-Layerwise-Ticket", this.ticket);
      request.upload.onprogress = (event) => { item.sent = event.loaded; this.show(item); };
      request.onloadend = () => {
        let answer = null;
        try { answer = JSON.parse(request.responseText); } catch { /* said below */ }
        if (request.status === 200 && answer) return done(answer);
        const final = request.status === 413; // the same file will not be taken later either
        const why = final ? "The server takes no file of this size." : "The upload broke off.";
        this.fail(item, answer?.error ?? why, final);
        done(null);
      };
      request.send(file);
    });
  }

  /** What a run of the page says: how many arrivals are dealt with, where to send, the limit. */
  update({ client, done, address, ticket, limit, tooLarge }, setStateValue) {
    Object.assign(this, { address: new URL(address, document.baseURI).href, ticket, limit, tooLarge });
    if (client === this.client) this.rows = this.rows.filter((row) => row.n > done);
    clearTimeout(this.timer);
    this.tell = () => {
      clearTimeout(this.timer);
      if (!this.rows.length) return;
      this.timer = setTimeout(this.tell, PATIENCE);
      setStateValue("arrived", { client: this.client, rows: this.rows, again: Math.random() });
    };
    if (this.rows.length && client !== this.client) this.tell(); // of the time when no page heard it
    else if (this.rows.length) this.timer = setTimeout(this.tell, PATIENCE);
  }

  hide() {
    clearTimeout(this.timer);
    this.tell = () => {};
    this.list = null;
  }
}

// --- the place on the page -----------------------------------------------------------------------

function take(uploads, transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.());
  [...transfer.files].forEach((file, i) => {
    if (!entries[i]?.isDirectory) return uploads.add(file.name, file);
    below(entries[i]).then((files) => uploads.add(`${file.name}.zip`, files));
  });
}

/** A chosen folder: its files know their path in it. */
function takeFolder(uploads, chosen) {
  const files = [...chosen].map((file) => ({ path: file.webkitRelativePath.normalize("NFC"), file }));
  const wanted = files.filter(({ path }) => !path.split("/").some((part) => JUNK.test(part)));
  if (wanted.length) uploads.add(`${wanted[0].path.split("/")[0]}.zip`, wanted);
}

/** Listens until it is told to stop: files may be dropped anywhere on the page. */
function listen(root, uploads) {
  const [input, folder] = root.querySelectorAll("input");
  const ended = new AbortController(), { signal } = ended;
  let dark;
  const lit = (event) => {
    if (!event.dataTransfer?.types.includes("Files") || event.defaultPrevented) return false;
    const under = event.target.closest?.(".lwd"); // of several places the one below the pointer
    if (under && under !== root) return false;
    event.preventDefault();
    return true;
  };
  document.addEventListener("dragover", (event) => {
    if (!lit(event)) return;
    root.classList.add("lwd-lit");
    clearTimeout(dark);
    dark = setTimeout(() => root.classList.remove("lwd-lit"), LIT);
  }, { signal });
  document.addEventListener("drop", (event) => { if (lit(event)) take(uploads, event.dataTransfer); }, { signal });
  input.onchange = () => {
    for (const file of input.files) uploads.add(file.name, file);
    input.value = ""; // the same file may be chosen again
  };
  folder.onchange = () => { takeFolder(uploads, folder.files); folder.value = ""; };
  root.querySelector(".lwd-folder").onclick = () => folder.click();
  return () => ended.abort();
}

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".lwd");
  const { key, hint, ...said } = data[0];
  const uploads = ((window.layerwiseUploads ??= {})[key] ??= new Uploads());
  uploads.update(said, setStateValue);
  root.querySelector(".lwd-hint").textContent = hint;
  const call = (root.calls = (root.calls ?? 0) + 1);
  if (!root.stop) {
    root.stop = listen(root, uploads);
    uploads.list = root.querySelector(".lwd-list");
    uploads.list.replaceChildren(...uploads.items.map((item) => item.row.line));
  }
  return () => {
    if (call !== root.calls) return; // a later call took over
    root.stop();
    root.stop = null;
    uploads.hide();
  };
}
